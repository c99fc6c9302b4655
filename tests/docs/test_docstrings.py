"""Every public name says what it does, and what its arguments are."""

import ast
import doctest
import importlib
import inspect
import pkgutil
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

REFERENCE = Path(__file__).parents[2] / "docs/reference"

#: Our packages, and what each needs that it does not install.
NEEDS = {
    "viz_core": None,
    "viz_core.testing": None,
    "viz_backend_tensorboard": None,
    "viz_backend_wandb": None,
    "viz_backend_mlflow": None,
    "viz_mmdet_adapter": None,
    "viz_report": None,
    "viz_lightning_adapter": "lightning_utilities",
    "viz_huggingface_adapter": "transformers",
}
PACKAGES = [
    package
    for package, needs in NEEDS.items()
    if find_spec(package.partition(".")[0]) and (needs is None or find_spec(needs))
]


def is_ours(thing):
    return getattr(thing, "__module__", "").startswith("viz_")


def members(kind):
    """Return the functions and properties, by name, that our classes give to ``kind``."""
    found = {}
    for name in dir(kind):
        thing = inspect.getattr_static(kind, name)
        function = getattr(thing, "__func__", getattr(thing, "fget", thing))
        if name.startswith(("_", "test_")):
            continue
        if inspect.isfunction(function) and is_ours(function):
            found[name] = function
    return found


def documented(package):
    """Yield (name, thing, the docstrings that describe it) of everything public in ``package``.

    A method may leave to its class, and to the classes that its class inherits from, what they
    have said.
    """
    module = importlib.import_module(package)
    for name in module.__all__:
        thing = getattr(module, name)
        if not is_ours(thing) or not (inspect.isclass(thing) or inspect.isfunction(thing)):
            continue
        yield f"{package}.{name}", thing, [inspect.getdoc(thing) or ""]
        if not inspect.isclass(thing):
            continue
        for member, function in members(thing).items():
            docstrings = [inspect.getdoc(function) or ""]
            for base in thing.__mro__:
                docstrings.append(getattr(base.__dict__.get(member), "__doc__", "") or "")
                docstrings.append(base.__dict__.get("__doc__") or "")
            yield f"{package}.{name}.{member}", function, docstrings


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_has_a_docstring(package):
    found = list(documented(package))
    assert found
    assert [name for name, _, docstrings in found if not docstrings[0]] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_in_the_reference(package):
    page = "".join(path.read_text() for path in REFERENCE.glob("*.md"))
    module = importlib.import_module(package)
    missing = {
        name
        for name in module.__all__
        if not re.search(rf"\b{name}\b", page)
        and f"::: {getattr(module, name).__module__}\n" not in page
    }
    assert missing == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_every_argument_is_described(package):
    missing = []
    for name, thing, docstrings in documented(package):
        if inspect.isclass(thing) and issubclass(thing, BaseException):
            continue  # they take a message
        text = "\n".join(docstrings)
        missing += [
            f"{name}({argument})"
            for argument in inspect.signature(thing).parameters
            if argument not in ("self", "cls", "args", "kwargs")
            and not re.search(rf"\b{argument}\b", text)
        ]
    assert missing == []


#: reStructuredText, which the reference page shows as it is written, and lines that say nothing.
UNREADABLE = re.compile(
    r":[a-z]+:`|^ *\.\. |::$|^ *\*{0,2}\w+: (Likewise|See (there|above|below)|As above)\b",
    re.MULTILINE,
)


@pytest.mark.parametrize("package", sorted({name.partition(".")[0] for name in PACKAGES}))
def test_no_docstring_sends_its_reader_elsewhere(package):
    found = []
    for path in Path(importlib.import_module(package).__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
                text = ast.get_docstring(node) or ""
                found += [f"{path.name}: {match[0]}" for match in UNREADABLE.finditer(text)]
    assert found == []


def test_the_examples_in_docstrings_run():
    import viz_core

    names = ["viz_core"]
    names += [found.name for found in pkgutil.walk_packages(viz_core.__path__, "viz_core.")]
    results = [doctest.testmod(importlib.import_module(name)) for name in names]
    assert sum(result.attempted for result in results) >= 4
    assert sum(result.failed for result in results) == 0
