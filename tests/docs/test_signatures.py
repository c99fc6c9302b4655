"""Public signatures say what is taken and returned: bare ``Any`` is for what nobody can name."""

import importlib
import inspect
import re

import pytest

PACKAGES = (
    "viz_core",
    "viz_core.testing",
    "viz_core.typing",
    "viz_backend_tensorboard",
    "viz_backend_wandb",
    "viz_backend_mlflow",
    "viz_mmdet_adapter",
    "viz_report",
)


def functions(thing):
    """Yield the functions that a public name stands for: itself, or the methods of a class."""
    if inspect.isfunction(thing):
        yield thing
    for kind in thing.__mro__ if inspect.isclass(thing) else ():
        for name, member in vars(kind).items():
            function = getattr(member, "__func__", getattr(member, "fget", member))
            if inspect.isfunction(function) and (name == "__init__" or not name.startswith("_")):
                yield inspect.unwrap(function)


@pytest.fixture(scope="module")
def annotations():
    """Return what each argument of each public function of ours is said to be, by where it is."""
    found = {}
    for package in PACKAGES:
        module = importlib.import_module(package)
        for name in module.__all__:
            for function in functions(getattr(module, name)):
                if function.__module__.startswith("viz_"):
                    where = f"{function.__module__}.{function.__qualname__}"
                    found |= {f"{where}({k})": v for k, v in function.__annotations__.items()}
    return found


def test_few_signatures_say_any(annotations):
    assert len(annotations) > 500
    bare = sorted(
        where
        for where, annotation in annotations.items()
        if annotation == "Any" and not where.endswith("(kwargs)")  # of which the next test is
    )
    assert len(bare) <= 20, "\n".join(bare)


def test_no_signature_names_what_is_private(annotations):
    """Readers of the reference have no page of it."""
    private = {where: a for where, a in annotations.items() if re.search(r"\b_[A-Z]", str(a))}
    assert private == {}


def test_keywords_that_nobody_reads_are_objects(annotations):
    """But in the base class, whose overrides may name some, and where they are passed on."""
    passed_on = ("BaseVisBackend.add_", "KeptKinds.add_", "get_instance")
    loose = [
        where
        for where, annotation in annotations.items()
        if where.endswith("(kwargs)") and annotation == "Any"
        if not any(name in where for name in passed_on)
    ]
    assert loose == []
