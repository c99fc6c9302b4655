"""What the packages say they work with is on the page of versions, and is what the matrix tries."""

import re
from pathlib import Path

import tomllib

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/versions.md").read_text()
NOXFILE = (ROOT / "noxfile.py").read_text()
PROJECTS = [
    tomllib.loads(path.read_text())["project"]
    for path in sorted(ROOT.glob("packages/*/pyproject.toml"))
]
BOUND = re.compile(r"([\w-]+)>=([\w.]+)")


def bounds():
    """Yield (package, what it needs, the oldest that it says will do)."""
    for project in PROJECTS:
        extras = project.get("optional-dependencies", {})
        needs = {project["name"]: project["dependencies"]}
        needs |= {f"{project['name']}[{extra}]": names for extra, names in extras.items()}
        for package, names in needs.items():
            for name, oldest in (match.groups() for match in map(BOUND.match, names) if match):
                if name != "viz-core":
                    yield package, name, oldest


def test_the_page_has_every_bound():
    said = re.findall(r"^\| (viz-\S+) \| (\S+) \| (\S+) \|", PAGE, re.M)
    assert len(said) > 10
    assert sorted(said) == sorted(bounds())


def test_the_matrix_tries_the_oldest():
    pins = NOXFILE.replace('"mlflow==', '"mlflow-skinny==')
    untried = {
        name: oldest
        for _, name, oldest in bounds()
        if not re.search(rf'"{name}=={re.escape(oldest)}(\.0|\.post0)?"', pins)
    }
    assert untried == {"wandb": "0.31"}  # the newest that there is, which its row takes


def test_pythons_are_those_of_the_matrix():
    row = re.search(r'Row\("core", .*pythons=\((.*?)\)', NOXFILE)[1]
    pythons = re.findall(r"[\d.]+", row)
    for project in PROJECTS:
        assert project["requires-python"] == f">={pythons[0]}"
        said = [re.search(r"Python :: (3\.\d+)$", each) for each in project["classifiers"]]
        assert [match[1] for match in said if match] == pythons
    assert f"Python {pythons[0]} to {pythons[-1]}" in PAGE


def test_all_packages_have_one_version():
    cff = re.search(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(), re.M)[1]
    assert {project["version"] for project in PROJECTS} == {cff}
    minor = cff.split(".")
    below = f"{minor[0]}.{int(minor[1]) + 1}"
    for project in PROJECTS:
        if project["name"] != "viz-core":
            assert f"viz-core>={cff},<{below}" in project["dependencies"]
