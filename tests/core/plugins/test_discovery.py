"""Entry points, found as importlib.metadata finds them."""

import importlib.metadata
import sys
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz_core import __version__
from viz_core.errors import PluginError
from viz_core.plugins.discovery import EntryPoint, find_entry_points

PREFIX = "viz.plugins."


def metadata(name, version="1.0"):
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nName: of the body\n"


def group(*lines):
    return "\n".join(["[viz.plugins.v1]", *lines, ""])


def reference():
    """Return what importlib.metadata finds, and how messages call the distributions."""
    importlib.invalidate_caches()
    points = importlib.metadata.entry_points()
    groups = [group for group in points.groups if group.startswith(PREFIX)]
    found = [point for group in groups for point in points.select(group=group)]
    return sorted((distribution(p), p.name, p.value, p.group) for p in found)


def distribution(point):
    found = point.dist.metadata
    if found is None or "Name" not in found:
        return f"{point.value.partition(':')[0]} ?"
    return f"{found['Name']} {found['Version']}"


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Return a function that writes files into folders, each of which is on the path."""

    def write(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        for folder in sorted({name.partition("/")[0] for name in files}, reverse=True):
            monkeypatch.syspath_prepend(str(tmp_path / folder))

    return write


#: Files in folders on the path, ``a`` before ``b``. In each, something is called ``x``.
PLAIN = {
    "one": {
        "a/viz_x-1.0.dist-info/METADATA": metadata("viz-x"),
        "a/viz_x-1.0.dist-info/entry_points.txt": group("x = viz_x"),
    },
    "one name in two folders": {
        "a/viz_x-1.0.dist-info/METADATA": metadata("viz-x"),
        "a/viz_x-1.0.dist-info/entry_points.txt": group("x = viz_x"),
        "b/viz_x-2.0.dist-info/METADATA": metadata("viz-x", "2.0"),
        "b/viz_x-2.0.dist-info/entry_points.txt": group("hidden = viz_x"),
    },
    "spellings of one name": {
        "a/Viz.__X-1.0.dist-info/METADATA": metadata("Viz.__X"),
        "a/Viz.__X-1.0.dist-info/entry_points.txt": group("x = viz_x"),
        "b/viz_x-2.0.dist-info/METADATA": metadata("viz-x", "2.0"),
        "b/viz_x-2.0.dist-info/entry_points.txt": group("hidden = viz_x"),
    },
    "one without plugins hides one with": {
        "a/viz_y-2.0.dist-info/METADATA": metadata("viz-y", "2.0"),
        "b/viz_y-1.0.dist-info/METADATA": metadata("viz-y"),
        "b/viz_y-1.0.dist-info/entry_points.txt": group("hidden = viz_y"),
        "b/viz_x-1.0.dist-info/METADATA": metadata("viz-x"),
        "b/viz_x-1.0.dist-info/entry_points.txt": group("x = viz_x"),
    },
    "two versions in one folder": {
        "a/viz_x-1.0.dist-info/METADATA": metadata("viz-x"),
        "a/viz_x-1.0.dist-info/entry_points.txt": group("x = viz_x"),
        "a/viz_x-2.0.dist-info/METADATA": metadata("viz-x", "2.0"),
        "a/viz_x-2.0.dist-info/entry_points.txt": group("x = viz_x_two"),
    },
    "egg-info": {
        "a/viz_x-1.0-py3.10.egg-info/PKG-INFO": metadata("viz-x"),
        "a/viz_x-1.0-py3.10.egg-info/entry_points.txt": group("x = viz_x"),
        "a/viz_file-1.0.egg-info": metadata("viz-file"),
    },
    "egg-info of a checkout, found before the installed one": {
        "a/viz_x.egg-info/PKG-INFO": metadata("viz-x", "3.0.dev0"),
        "a/viz_x.egg-info/entry_points.txt": group("x = viz_x"),
        "b/viz_x-1.0.dist-info/METADATA": metadata("viz-x"),
        "b/viz_x-1.0.dist-info/entry_points.txt": group("hidden = viz_x"),
    },
    "no METADATA": {"a/viz_x-1.0.dist-info/entry_points.txt": group("x = viz_x:plugin")},
    "METADATA is empty": {
        "a/viz_x-1.0.dist-info/METADATA": "",
        "a/viz_x-1.0.dist-info/entry_points.txt": group("x = viz_x"),
    },
    "METADATA is empty beside PKG-INFO": {
        "a/viz_x-1.0.dist-info/METADATA": "",
        "a/viz_x-1.0.dist-info/PKG-INFO": metadata("viz-x"),
        "a/viz_x-1.0.dist-info/entry_points.txt": group("x = viz_x"),
    },
    "METADATA in another order, with other cases and continued lines": {
        "a/viz_x-1.0.dist-info/METADATA": "license: MIT\n  Name: of the license\n"
        "version:1.0\nNAME:   viz-x  \nName: twice\n\n",
        "a/viz_x-1.0.dist-info/entry_points.txt": group("x = viz_x"),
    },
    "METADATA with the line ends of Windows": {
        "a/viz_x-1.0.dist-info/METADATA": metadata("viz-x").replace("\n", "\r\n"),
        "a/viz_x-1.0.dist-info/entry_points.txt": group("x = viz_x").replace("\n", "\r\n"),
    },
    "unicode": {
        "a/viz_x-1.0.dist-info/METADATA": metadata("viz-x") + "描述：ü\n",
        "a/viz_x-1.0.dist-info/entry_points.txt": group("x = viz_x", "可视化 = viz_ü:画"),
    },
    "values": {
        "a/viz_x-1.0.dist-info/METADATA": metadata("viz-x"),
        "a/viz_x-1.0.dist-info/entry_points.txt": group(
            "x=viz_x",
            "a.b c = viz_x : some.thing [extra, other]",
            "e = a = b",
            "none =",
            "x = viz_x",
        ),
    },
    "comments, blank lines and indents": {
        "a/viz_x-1.0.dist-info/METADATA": metadata("viz-x"),
        "a/viz_x-1.0.dist-info/entry_points.txt": "before = any.heading\nnot a pair\n\n"
        "  [viz.plugins.v1]  \n# y = viz_y\n\n  # z = viz_z\n  x = viz_x # why\n",
    },
    "several groups": {
        "a/viz_x-1.0.dist-info/METADATA": metadata("viz-x"),
        "a/viz_x-1.0.dist-info/entry_points.txt": "[console_scripts]\nviz.plugins.v1 = a:b\n"
        "[viz.plugins.v2]\nx = viz_x_two\n[viz.plugins]\nno = a\n[[viz.plugins.v1]]\nx = viz_x\n"
        "[ viz.plugins.v1 ]\nno = a\n[viz.plugins.]\nodd = a\n",
    },
    "nothing but a folder that is called so": {
        "a/viz_x-1.0.dist-info/METADATA": metadata("viz-x"),
        "a/viz_x-1.0.dist-info/entry_points.txt": group("x = viz_x"),
        "a/viz_y-1.0.dist-info/entry_points.txt/z": "",
        "b/dist-info/entry_points.txt": group("no = viz_no"),
        "b/EGG-INFO/entry_points.txt": group("no = viz_no"),
    },
}


@pytest.mark.parametrize("name", PLAIN)
def test_finds_what_importlib_finds(name, write):
    write(PLAIN[name])
    expected = reference()
    assert any(point[1] == "x" for point in expected)
    assert sorted(find_entry_points(PREFIX)) == expected


def test_finds_what_is_installed_here():
    expected = reference()
    assert sorted(find_entry_points(PREFIX)) == expected
    scripts = importlib.metadata.entry_points(group="console_scripts")
    found = find_entry_points("console_scripts")
    assert sorted((p.name, p.value) for p in found) == sorted((p.name, p.value) for p in scripts)
    ours = EntryPoint(f"viz-core {__version__}", "viz", "viz_core.cli:main", "console_scripts")
    assert ours in found


@given(
    st.lists(
        st.sampled_from(["[viz.plugins.v1]", "[viz.plugins.v2]", "[other]", "a = b", "c=d:e", "x"])
        | st.text(st.sampled_from("[]#=: .vé\r\x0b\x85\u2028"), max_size=6),
        max_size=8,
    )
)
def test_reads_any_lines_as_importlib_does(tmp_path_factory, lines):
    folder = tmp_path_factory.mktemp("lines")
    information = folder / "viz_x-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(metadata("viz-x"))
    (information / "entry_points.txt").write_bytes("\n".join(lines).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(folder)])
        found = sorted(find_entry_points(PREFIX))
        try:
            expected = reference()
        except TypeError:  # a line without "=", which only ours survives
            return
    assert found == expected


def zipped(folder):
    with zipfile.ZipFile(folder / "packages.zip", "w") as archive:
        archive.writestr("viz_y-1.0.dist-info/METADATA", metadata("viz-y"))
        archive.writestr("viz_y-1.0.dist-info/entry_points.txt", group("y = viz_y"))
    sys.path.append(str(folder / "packages.zip"))


def in_an_egg(folder):
    information = folder / "viz_y-1.0-py3.10.egg" / "EGG-INFO"
    information.mkdir(parents=True)
    (information / "PKG-INFO").write_text(metadata("viz-y"))
    (information / "entry_points.txt").write_text(group("y = viz_y"))
    sys.path.append(str(information.parent))


class InMemory(importlib.metadata.Distribution):
    """A distribution of the texts of its files; one that is an error is raised."""

    def __init__(self, texts):
        self.texts = texts

    def read_text(self, filename):
        text = self.texts.get(filename)
        if isinstance(text, Exception):
            raise text
        return text

    def locate_file(self, path):
        raise NotImplementedError


class Finder:
    """Finds distributions, as an importer of some other kind may."""

    def __init__(self, *distributions):
        self.distributions = distributions

    def find_spec(self, *arguments):
        return None

    def find_distributions(self, context):
        return self.distributions


def in_memory(folder):
    texts = {"METADATA": metadata("viz-y"), "entry_points.txt": group("y = viz_y")}
    sys.meta_path.append(Finder(InMemory(texts)))


@pytest.mark.parametrize("install", [zipped, in_an_egg, in_memory])
def test_finds_what_lies_elsewhere_than_in_folders(install, write, tmp_path, monkeypatch):
    write(PLAIN["one name in two folders"])
    monkeypatch.setattr(sys, "path", sys.path[:])
    monkeypatch.setattr(sys, "meta_path", sys.meta_path[:])
    install(tmp_path)
    expected = reference()
    assert {"x", "y"} <= {point[1] for point in expected}
    assert sorted(find_entry_points(PREFIX)) == expected


def test_passes_over_what_is_no_folder(write, tmp_path, monkeypatch):
    write(PLAIN["one"])
    monkeypatch.chdir(tmp_path / "a")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "missing"), "", str(tmp_path / "missing.zip")])
    assert (
        find_entry_points(PREFIX) == reference() == [("viz-x 1.0", "x", "viz_x", "viz.plugins.v1")]
    )


def test_a_path_that_is_no_text_is_importlibs_business(write, tmp_path, monkeypatch):
    write(PLAIN["one"])
    monkeypatch.setattr(sys, "path", [tmp_path / "a"])
    assert find_entry_points(PREFIX) == reference() != []


@pytest.mark.parametrize("file", ["METADATA", "entry_points.txt"])
def test_a_distribution_that_cannot_be_read_costs_no_other_one(file, write, monkeypatch):
    texts = {"METADATA": metadata("viz-y"), "entry_points.txt": group("y = viz_y")}
    bad = InMemory(texts | {file: OSError("the archive is gone")})
    good = InMemory(
        {name: text.replace("viz-y", "viz-z").replace("y =", "z =") for name, text in texts.items()}
    )
    monkeypatch.setattr(sys, "meta_path", [Finder(bad, good), *sys.meta_path])
    write(PLAIN["one"])
    assert {point.name for point in find_entry_points(PREFIX)} & {"x", "y", "z"} == {"x", "z"}


def test_a_distribution_without_version_has_its_name(write):
    files = dict(PLAIN["one"])
    write(files | {"a/viz_x-1.0.dist-info/METADATA": "Name: viz-x\n\nVersion: of the body\n"})
    assert [point.distribution for point in find_entry_points(PREFIX) if point.name == "x"] == [
        "viz-x ?"
    ]


def test_what_is_no_unicode_costs_no_other_line(write, tmp_path):
    write(PLAIN["one"])
    text = tmp_path / "a/viz_x-1.0.dist-info/entry_points.txt"
    text.write_bytes(b"[other]\n\xff = \xff\n" + text.read_bytes())
    assert ("viz-x 1.0", "x", "viz_x", "viz.plugins.v1") in find_entry_points(PREFIX)


def test_metadata_that_is_no_unicode_costs_only_the_name(write, tmp_path):
    write(PLAIN["one"])
    headers = tmp_path / "a/viz_x-1.0.dist-info/METADATA"
    headers.write_bytes(headers.read_bytes() + b"Author: M\xfcller\n")
    assert ("viz_x ?", "x", "viz_x", "viz.plugins.v1") in find_entry_points(PREFIX)


@pytest.mark.parametrize(
    "value", ["os", "os:sep", "os.path : join", "os:path.join [one, two]", "os [one]", "os:"]
)
def test_loads_what_importlib_loads(value):
    expected = importlib.metadata.EntryPoint("x", value.removesuffix(":"), "g").load()
    assert EntryPoint("viz-x 1.0", "x", value, "g").load() is expected


@pytest.mark.parametrize("value", ["", ":plugin", "[extra]"])
def test_a_line_without_a_module_says_how_to_write_one(value):
    with pytest.raises(PluginError, match=r"'x' names no module; write x = package\.module"):
        EntryPoint("viz-x 1.0", "x", value, "viz.plugins.v1").load()
