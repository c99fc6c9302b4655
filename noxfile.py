"""The test matrix: what is installed together, and what is run there.

``nox`` runs what every change must pass; ``nox -t full`` the rows it leaves out; ``nox --list``
is the menu. Tests run against built wheels, as a user would install them. A row of the matrix is
a line in ``ROWS``. What needs an interpreter that is not here is left out and says so; where
``VIZ_FULL`` is set, it fails.
"""

from __future__ import annotations

import atexit
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nox

nox.needs_version = ">=2025.10.16"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters |= bool(os.environ.get("VIZ_FULL"))

ROOT = Path(__file__).parent
DIST = ROOT / "dist"
PACKAGES = sorted(path.name for path in (ROOT / "packages").iterdir() if path.is_dir())

THIRD_PARTY = sorted(path.name for path in (ROOT / "tests/third_party").iterdir())

CORE = "viz-core"
TENSORBOARD = "viz-backend-tensorboard"
WANDB = "viz-backend-wandb"
MLFLOW = "viz-backend-mlflow"
ADAPTER = "viz-mmdet-adapter"
REPORT = "viz-report"
LIGHTNING_ADAPTER = "viz-lightning-adapter"
HUGGINGFACE_ADAPTER = "viz-huggingface-adapter"

#: The version whose CPU build is small; plain ``torch`` may bring gigabytes of CUDA.
TORCH = "torch==2.13.0"
#: What runs MMDetection for real without compiling; mmengine imports pkg_resources.
MMDET = (TORCH, "setuptools<81", "mmengine==0.10.7", "mmcv-lite==2.1.0", "mmdet==3.3.0")
SUPERVISION = "supervision==0.31.2"

# Else each process of the tests compiles again all that it imports: uv installs nothing compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

if "PYENV_VERSION" not in os.environ and shutil.which("pyenv"):
    # pyenv's shims find only the versions named here: the current one, then all others.
    run = [["pyenv", "version-name"], ["pyenv", "versions", "--bare"]]
    found = [
        v for a in run for v in subprocess.run(a, capture_output=True, text=True).stdout.split()
    ]
    os.environ["PYENV_VERSION"] = ":".join(dict.fromkeys(found))


def _is_there(version: str) -> bool:
    """Whether this machine has an interpreter of this version."""
    if sys.version.startswith(f"{version}."):
        return True
    try:
        return not subprocess.run([f"python{version}", "-c", ""], capture_output=True).returncode
    except OSError:
        return False


#: What torch and MMDetection are tested on; ``nox -P 3.13 -s tests-core-torch`` takes another.
TORCHS_PYTHON = "3.11"
#: What one interpreter is enough for: that one, or where it is missing (None) the one nox runs on.
PYTHON = TORCHS_PYTHON if _is_there(TORCHS_PYTHON) else None


@dataclass(frozen=True)
class Row:
    """One line of the matrix.

    Args:
        name: The session is called ``tests-<name>``.
        packages: Ours, besides viz-core.
        others: What is installed beside them.
        tests: Where the tests at home here are, those that need no torch;
            ``tests/installation`` runs in every row.
        torch_tests: Where the tests at home here are that need torch: ``test_*_torch.py``.
        bare: What is installed without what it depends on.
        without: What is uninstalled again, which viz-core needs where it can be had.
        pythons: The versions it runs on; if none is named, one is enough.
        full: Leave it to ``nox -t full``.
    """

    name: str
    packages: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    torch_tests: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    pythons: tuple[str, ...] = ()
    full: bool = False


#: What the extra ``viz-core[fonts]`` brings: fonts of most scripts.
FONTS = ("manimgx-fonts", "noto-cjk-sans-otc")
#: The libraries of MMEngine's family, besides MMDetection. They depend on gigabytes that draw nothing.
FAMILY = (
    "mmsegmentation==1.2.2",
    "mmpose==1.3.2",
    "mmpretrain==1.2.0",
    "mmaction2==1.2.0",
    "mmocr==1.0.1",
    "mmrotate==1.0.0rc1",
    "mmdet3d==1.4.0",
    "mmagic==1.2.0",
)
#: What they draw with; what mmpose draws with OpenCV fails on a later numpy, whosever base it has.
FAMILYS = ("numpy<2.4", "click", "prettytable", "requests", "seaborn", "tqdm")

#: What else users' configs and scalars come from, and a tracker with a backend for MMEngine.
FRAMEWORKS = ("ml_collections", "ml_dtypes", "omegaconf", "pydantic", "swanlab")
#: The oldest that viz-core says it works with.
OLDEST = (
    "numpy==1.24.0",
    "matplotlib==3.8.0",
    "pillow==10.0.0",
    "pluggy==1.5.0",
    "pyparsing<3.2",
    "fsspec==2023.6.0",
)
#: viz-backend-wandb's oldest is the newest that there is: its row tests it.
#: The oldest that viz-backend-tensorboard says it works with; that one imports pkg_resources.
OLDEST_TENSORBOARD = (
    "tensorboard==2.18.0",
    "crc32c==2.3.post0",
    "isal==1.7.0",  # of viz-core, where it is not left out as with its oldest
    "setuptools<81",
)
#: The oldest that viz-backend-mlflow says it works with.
OLDEST_MLFLOW = (
    "mlflow==3.11.1",
    "sqlalchemy==2.0.0",
    "alembic==1.13.0",
    "sqlparse==0.4.0",
    "tqdm==4.60.0",
)
#: Both packages of Lightning, and the oldest that viz-lightning-adapter says it works with; that one
#: imports pkg_resources.
LIGHTNING = (TORCH, "lightning", "pytorch-lightning", "jsonargparse[signatures]")
OLDEST_LIGHTNING = (
    TORCH,
    "lightning==2.4.0",
    "pytorch-lightning==2.0.9",
    "jsonargparse[signatures]",
    "setuptools<81",
)
#: What viz-huggingface-adapter is for, and the oldest that it says it works with: accelerate without
#: transformers, which imports pkg_resources, and transformers with the oldest accelerate that it takes.
HUGGINGFACE = (TORCH, "accelerate", "transformers")
OLDEST_ACCELERATE = (TORCH, "accelerate==0.20.3", "setuptools<81")
OLDEST_TRANSFORMERS = (TORCH, "transformers==4.41.2", "accelerate==0.26.0", "numpy==1.26.4")
BACKENDS = (TENSORBOARD, WANDB, MLFLOW)

#: A row's tests run in two processes; with arguments for pytest, as ``--pdb``, in one.
IN_TWO = ("-n", "2", "--dist", "each", "-o", "console_output_style=classic")

BENCHMARKS = (
    "importing",
    "discovery",
    "drawing",
    "featmap",
    "images",
    "recording",
    "kinds",
    "tensorboard_events",
    "wandb_logging",
    "mlflow_logging",
    "detection",
    "instances",
    "downstream",
    "pipeline",
    "adapters",
)

ROWS = (
    Row("core", (), ("fsspec",), ("tests/core",), pythons=("3.10", "3.11", "3.12", "3.13")),
    Row("core-torch", (), (TORCH,), torch_tests=("tests/core",)),
    Row("notebook", (), ("ipykernel", "nbclient"), ("tests/notebook",)),
    Row("tensorboard", (TENSORBOARD,), tests=("tests/backends/tensorboard",)),
    Row("wandb", (WANDB,), tests=("tests/backends/wandb",)),
    Row("mlflow", (MLFLOW,), ("mlflow",), ("tests/backends/mlflow",)),
    Row("adapter", (ADAPTER,), tests=("tests/mmdet_adapter",)),
    Row("report", (REPORT,), ("fsspec",), ("tests/report", "--ignore=tests/report/browser")),
    Row(
        "mmdet",
        (ADAPTER, *BACKENDS),
        (*MMDET, SUPERVISION, *FRAMEWORKS, "mlflow"),
        ("tests/mmengine",),
        ("tests/mmdet_adapter",),
        full=True,
    ),
    Row(
        "all",
        (ADAPTER, REPORT, *BACKENDS),
        (TORCH, "mlflow", "tqdm", *FONTS),
        ("tests/docs", "tests/together"),
        ("tests/backends",),
    ),
    Row("remote", (), ("moto[server,s3]", "s3fs"), ("tests/remote",), full=True),
    Row(
        "tensorboard-oldest",
        (TENSORBOARD,),
        OLDEST_TENSORBOARD,
        ("tests/backends/tensorboard",),
        full=True,
    ),
    Row(
        "mlflow-oldest",
        (MLFLOW,),
        OLDEST_MLFLOW,
        ("tests/backends/mlflow",),
        pythons=("3.10",),
        full=True,
    ),
    Row("oldest", (), OLDEST, ("tests/core",), without=("isal",), pythons=("3.10",), full=True),
    Row(
        "downstream", (ADAPTER,), (*MMDET, *FAMILYS), ("tests/downstream",), bare=FAMILY, full=True
    ),
    Row("browser", (REPORT,), ("playwright",), ("tests/report/browser",), full=True),
    Row(
        "lightning",
        (LIGHTNING_ADAPTER,),
        LIGHTNING,
        ("tests/lightning_adapter", "tests/docs/test_docstrings.py"),
        full=True,
    ),
    Row(
        "lightning-oldest",
        (LIGHTNING_ADAPTER,),
        OLDEST_LIGHTNING,
        ("tests/lightning_adapter",),
        full=True,
    ),
    Row(
        "huggingface",
        (HUGGINGFACE_ADAPTER,),
        HUGGINGFACE,
        ("tests/huggingface_adapter", "tests/docs/test_docstrings.py"),
        full=True,
    ),
    Row(
        "accelerate-oldest",
        (HUGGINGFACE_ADAPTER,),
        OLDEST_ACCELERATE,
        ("tests/huggingface_adapter/test_tracker.py",),
        full=True,
    ),
    Row(
        "transformers-oldest",
        (HUGGINGFACE_ADAPTER,),
        OLDEST_TRANSFORMERS,
        ("tests/huggingface_adapter",),
        full=True,
    ),
    Row("tensorboard-wandb", (TENSORBOARD, WANDB), full=True),
    Row("tensorboard-mlflow", (TENSORBOARD, MLFLOW), full=True),
    Row("wandb-mlflow", (WANDB, MLFLOW), full=True),
)


def _group(name: str) -> list[str]:
    return list(nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), name))


def _install(session: nox.Session, packages: tuple[str, ...], *others: str) -> None:
    """Install our wheels, freshly built, and whatever else from the index."""
    wheels = [str(next(DIST.glob(f"{p.replace('-', '_')}-*.whl"))) for p in packages]
    # uv does not read pip's settings; this one may hold torch's CPU build.
    links = os.environ.get("PIP_FIND_LINKS", "")
    fresh = [f"--reinstall-package={p}" for p in packages] if session.venv_backend == "uv" else []
    session.install(*fresh, *wheels, *others, env={"UV_FIND_LINKS": links})


def _selected(row: Row) -> list[str]:
    """Return pytest's arguments for the tests that are at home in ``row``."""
    with_torch = [p for where in row.torch_tests for p in Path(where).rglob("test_*_torch.py")]
    without_torch = [*row.tests, "--ignore-glob=*_torch.py"]
    # A file that is named itself is run whatever is ignored.
    return [*without_torch, *sorted(map(str, with_torch))]


#: The rows that were not left out.
_ran: list[str] = []


def _add_row(row: Row) -> None:
    def tests(session: nox.Session) -> None:
        _ran.append(row.name)
        _install(session, (CORE, *row.packages), *row.others, *_group("test"))
        if row.bare:
            session.install("--no-deps", *row.bare)
        if row.without:
            pip = ("uv", "pip") if session.venv_backend == "uv" else ("pip",)
            yes = () if session.venv_backend == "uv" else ("--yes",)
            session.run(*pip, "uninstall", *yes, *row.without, silent=True)
        ours = {"VIZ_PACKAGES": " ".join((CORE, *row.packages))}
        how = session.posargs or IN_TWO
        session.run("pytest", *_selected(row), "tests/installation", *how, env=ours)

    pythons = row.pythons or ((TORCHS_PYTHON if TORCH in row.others else PYTHON),)
    tests.__doc__ = "Test " + " + ".join([CORE, *row.packages, *row.others]) + "."
    nox.session(
        name=f"tests-{row.name}",
        python=list(pythons) if len(pythons) > 1 else pythons[0],
        requires=["build", "rows"],
        tags=["full"] if row.full else ["tests"],
        default=not row.full,
    )(tests)


@nox.session(python=False, default=False)
def rows(session: nox.Session) -> None:
    """See to it that a run of rows fails if all are left out; each row calls it itself."""
    session.notify("some-row-ran")


@nox.session(name="some-row-ran", python=False, default=False)
def some_row_ran(session: nox.Session) -> None:
    """Fail if all rows were left out; comes after the rows by itself."""
    if not _ran:
        session.error("no tests ran: all rows that were asked for are left out")


@nox.session(python=PYTHON)
def build(session: nox.Session) -> None:
    """Build the wheels of all packages, once; the tests install them."""
    session.install("build", "hatchling>=1.27", "pip", "twine")
    shutil.rmtree(DIST, ignore_errors=True)
    for package in PACKAGES:
        source = ROOT / "packages" / package
        session.run(
            "python", "-m", "build", "--no-isolation", "-o", str(DIST), str(source), silent=True
        )
    session.run("twine", "check", "--strict", *map(str, sorted(DIST.iterdir())), silent=True)
    # That is enough to install all from by name, as wheels and as sources, without the repository.
    for kind in ("--only-binary=:all:", "--no-binary=:all:"):
        index = ("--no-index", "--no-deps", "--no-build-isolation", "--find-links", str(DIST))
        with tempfile.TemporaryDirectory() as elsewhere, session.chdir(elsewhere):
            pip = ("python", "-m", "pip", "install", "--quiet", "--target", "installed")
            session.run(*pip, kind, *index, *PACKAGES, silent=True)


@nox.session(python=PYTHON)
def lint(session: nox.Session) -> None:
    """Check style, formatting and that imports only go down the floors."""
    session.install(*_group("lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    sources = os.pathsep.join(str(ROOT / "packages" / package / "src") for package in PACKAGES)
    session.run("lint-imports", env={"PYTHONPATH": sources})


@nox.session(python=PYTHON, requires=["build"])
def types(session: nox.Session) -> None:
    """Check the types of all packages with mypy, and what users write with mypy and pyright."""
    _install(session, (CORE,), *_group("types"), *_group("test"))
    session.run("mypy", *(f"packages/{package}/src" for package in PACKAGES), "tests/types")
    session.run("pyright")


@nox.session(python=PYTHON, requires=["build"], default=False)
def demo(session: nox.Session) -> None:
    """Run the examples afresh, and end with a page of what they recorded, as one file."""
    # Nobody gets gigabytes of CUDA unasked because the interpreter of torch's small build is missing.
    torch = (TORCH,) if session.python else ()
    _install(session, (CORE, TENSORBOARD, ADAPTER, REPORT), "tqdm", *torch)
    shutil.rmtree(ROOT / "demo", ignore_errors=True)
    here = Path(session.invoked_from)

    def seen(path: Path) -> str:
        """Return ``path`` as the user's shell may name it."""
        return str(path.relative_to(here) if path.is_relative_to(here) else path)

    said = []
    with session.chdir(here):
        for example in sorted((ROOT / "examples").glob("*.py")):
            if not torch and re.search(r"^import torch$", example.read_text(), re.MULTILINE):
                version = ".".join(map(str, sys.version_info[:2]))
                session.warn(
                    f"left out: {example.name} needs torch; nox -P {version} -s demo installs it"
                )
                continue
            command = ("python", seen(example), seen(ROOT / "demo"))
            said.append(session.run(*command, silent=True, stderr=sys.stderr))
    python = seen(Path(session.bin) / "python")
    words = [python, "-m", "tensorboard.main", "--logdir", seen(ROOT / "demo")]
    look = subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)
    # With --inspect it reads what it would show, and ends.
    tried = subprocess.run(
        f"{look} --inspect", shell=True, cwd=here, capture_output=True, text=True
    )
    if "drawn" not in tried.stdout:
        session.error(f"this shows nothing: {look}\n{tried.stdout}{tried.stderr}")
    said += ["In TensorBoard, at the address that this prints:\n", look, "\n"]
    runs = sorted((seen(path.parent) for path in (ROOT / "demo").glob("*/vis_data")), reverse=True)
    page = seen(ROOT / "demo" / "report.html")
    with session.chdir(here):
        session.run("viz", "report", *runs, "-o", page, "--title", "demo", silent=True)
    said += ["All of it on one page, which opens in any browser:\n", page, "\n"]
    # nox itself has more to say; whoever ran it finds the page as the last line.
    atexit.register(print, *said, sep="", end="", flush=True)


@nox.session(python=PYTHON, requires=["build"], tags=["full"], default=False)
def docs(session: nox.Session) -> None:
    """Build the documentation into site/, its images by the code on its pages, and look at it."""
    _install(session, tuple(PACKAGES), "playwright", *_group("docs"), *_group("test"))
    ours = {"PYTHONPATH": "docs", "NO_MKDOCS_2_WARNING": "1"}
    session.run("mkdocs", "build", "--strict", "--quiet", env=ours)
    session.run("pytest", "tests/site", *session.posargs)
    session.log("built in site/; python -m http.server --directory site shows it")


@nox.session(python=TORCHS_PYTHON, requires=["build"], default=False)
def bench(session: nox.Session) -> None:
    """Compare with the peers; one file with ``-- drawing``, docs/benchmarks.md with ``-- --write``."""
    peers = (SUPERVISION, "opencv-python-headless")
    _install(session, tuple(PACKAGES), *MMDET, *peers, "mlflow", "lightning")
    names = [name for name in session.posargs if name != "--write"] or BENCHMARKS
    runs = Path(session.create_tmp()) / "runs.jsonl"
    runs.unlink(missing_ok=True)
    for _ in range(3 if "--write" in session.posargs else 1):
        for name in names:
            env = {"MPLBACKEND": "Agg", "VIZ_FIGURES": str(runs)}
            session.run("python", f"benchmarks/{name}.py", env=env)
    if "--write" in session.posargs:
        session.run("python", "benchmarks/figures.py", str(runs))


@nox.session(python=PYTHON, requires=["build"])
@nox.parametrize("package", THIRD_PARTY, ids=THIRD_PARTY)
def stranger(session: nox.Session, package: str) -> None:
    """Test a stranger's package, built as a wheel and installed beside viz-core's."""
    source = ROOT / "tests" / "third_party" / package
    wheels = Path(session.create_tmp())
    session.install("build", "hatchling>=1.27")
    session.run("python", "-m", "build", "-w", "-n", "-o", str(wheels), str(source), silent=True)
    _install(session, (CORE,), str(next(wheels.glob("*.whl"))), *_group("test"))
    session.run("pytest", str(source / "tests"), *session.posargs)


@nox.session(python=TORCHS_PYTHON, default=False)
def dev(session: nox.Session) -> None:
    """Make .venv for an editor: all packages in editable mode, real trackers, torch, fonts, tools."""
    session.run("uv", "venv", "--clear", "--python", "python", ".venv", silent=True)
    editable = [a for package in PACKAGES for a in ("-e", f"packages/{package}")]
    tools = [tool for name in ("lint", "types", "test") for tool in _group(name)]
    links = {"UV_FIND_LINKS": os.environ.get("PIP_FIND_LINKS", "")}
    install = ("uv", "pip", "install", "--python", ".venv")
    session.run(
        *install,
        *editable,
        *MMDET,
        *FRAMEWORKS,
        SUPERVISION,
        *FONTS,
        "mlflow",
        "playwright",
        *tools,
        env=links,
    )
    session.log("ready: .venv/bin/python")


for _row in ROWS:
    _add_row(_row)
