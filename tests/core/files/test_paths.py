"""Paths of every kind mean one place, wherever the program goes."""

import json
import os
import pwd
import warnings
from pathlib import Path

import numpy as np
import pytest

from viz_core import (
    VISBACKENDS,
    BaseVisBackend,
    LocalVisBackend,
    RunConfig,
    Visualizer,
    VizWarning,
    as_path,
    read_scalars,
)
from viz_core.files.paths import as_inner_path

LOCAL = {"type": "LocalVisBackend"}
USER = pwd.getpwuid(os.getuid())


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Be in a folder whose parent is the home."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / "here"


class Named(os.PathLike):
    def __fspath__(self):
        return b"runs"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("runs", "{here}/runs"),
        ("./runs/", "{here}/runs"),
        (".", "{here}"),
        ("../runs", "{here}/../runs"),
        (b"runs", "{here}/runs"),
        (Path("runs/a b"), "{here}/runs/a b"),
        (Named(), "{here}/runs"),
        ("/tmp/runs", "/tmp/runs"),
        ("~", "{home}"),
        ("~/runs", "{home}/runs"),
        (Path("~/runs"), "{home}/runs"),
        (b"~/runs", "{home}/runs"),
        (f"~{USER.pw_name}/runs", f"{USER.pw_dir}/runs"),
        ("runs/~", "{here}/runs/~"),
        ("./~nobody-is-called-so", "{here}/~nobody-is-called-so"),
        ("a:b", "{here}/a:b"),
        ("it costs $", "{here}/it costs $"),
        ("50%20", "{here}/50%20"),
    ],
)
def test_a_path_is_absolute_and_tilde_is_the_home(here, given, expected):
    assert as_path(given) == expected.format(here=here, home=here.parent)
    assert as_path(as_path(given)) == as_path(given)


URLS = [
    "s3://bucket/run",
    "gs://bucket",
    "hdfs://host:9000/a",
    "file:///tmp/run",
    "simplecache::s3://bucket/run",
    b"s3://bucket",
    Path("s3://bucket/run"),
    Path("https://host/run"),
    str(Path("s3://bucket/run")),
]


@pytest.mark.parametrize("url", URLS, ids=str)
@pytest.mark.parametrize(
    "make",
    [
        lambda url: Visualizer(save_dir=url),
        lambda url: Visualizer(vis_backends=[LOCAL], save_dir=url),
        lambda url: Visualizer(vis_backends=[{**LOCAL, "save_dir": url}]),
        lambda url: LocalVisBackend(url),
        lambda url: LocalVisBackend("runs", img_save_dir=url),
        lambda url: BaseVisBackend(url),
        lambda url: read_scalars(url),
        lambda url: RunConfig({}).dump(url),
    ],
)
def test_a_url_is_refused_with_what_works_and_makes_nothing(here, url, make):
    with pytest.raises(
        ValueError, match="is a URL, and only paths of this machine will do"
    ) as told:
        make(url)
    assert not list(here.iterdir())
    scheme = (url.decode() if isinstance(url, bytes) else str(url)).partition(":/")[0]
    way = "copy it here first"
    if str(told.value).startswith("save_dir="):
        way = f"copied there by save_dir='runs', remote='{scheme}://"
    assert way in str(told.value)


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ("", ValueError, "save_dir must not be empty; give a folder, as '.'"),
        (b"", ValueError, "save_dir must not be empty"),
        (3, TypeError, "save_dir must be a path, .* got int: 3"),
        (["runs"], TypeError, "save_dir must be a path"),
        ("a\0b", ValueError, "NUL"),
        ("~nobody-is-called-so/x", ValueError, "no such user; .* write './~nobody-is-called-so/x'"),
    ],
)
def test_what_is_no_path_is_refused_where_it_is_given(given, error, text):
    for make in (as_path, BaseVisBackend, LocalVisBackend, lambda p: Visualizer(save_dir=p)):
        with pytest.raises(error, match=text):
            make(given)


@pytest.mark.parametrize("given", ["$HOME/runs", "${HOME}/runs", "runs/$RUN", Path("$HOME/runs")])
def test_a_variable_stays_and_is_told_once_at_the_users_line(here, given):
    with pytest.warns(VizWarning, match=r"a folder that is called \$.*expandvars") as told:
        visualizer = Visualizer(vis_backends=[LOCAL, {**LOCAL, "name": "b"}], save_dir=given)
    assert (len(told), told[0].filename) == (1, __file__)
    visualizer.add_scalar("loss", 1)
    assert (here / given / "vis_data" / "scalars.json").exists()
    with pytest.warns(VizWarning, match="expandvars") as told:
        LocalVisBackend(given)
    assert len(told) == 1


def record(recorder):
    """Record one of each kind."""
    recorder.add_scalars({"loss": 0.5}, step=1, file_path="more/other.json")
    recorder.add_image("a/b", np.zeros((2, 2, 3), np.uint8), step=1)
    recorder.add_config({"lr": 1})


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("opened", [True, False])
def test_everything_goes_to_one_folder_wherever_the_program_goes(
    here, tmp_path, monkeypatch, alone, opened
):
    made = VISBACKENDS.build({**LOCAL, "save_dir": "runs/vis_data"})
    if not alone:
        made = Visualizer(vis_backends=[LOCAL], save_dir="runs")
    if opened:
        record(made)
    monkeypatch.chdir(tmp_path)
    record(made)
    made.close()
    monkeypatch.chdir("/")
    record(made)
    made.close()
    files = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    names = ["index.jsonl", "scalars.json", "more/other.json", "config.py", "vis_image/a/b_1.png"]
    assert files == {f"here/runs/vis_data/{name}" for name in names}
    data = here / "runs/vis_data"
    assert len(read_scalars(data / "scalars.json")) == 2 + opened
    assert (data / "scalars.json").read_text() == (data / "more/other.json").read_text()


def test_a_strangers_backend_gets_an_absolute_string(here):
    class Stranger:
        def __init__(self, save_dir):
            self._save_dir = save_dir

        def add_scalar(self, name, value, step=0):
            pass

    visualizer = Visualizer(vis_backends=[{"type": Stranger}], save_dir=Path("runs"))
    given = visualizer.get_backend("Stranger")._save_dir
    assert (type(given), given) == (str, f"{here}/runs/vis_data")


@pytest.mark.parametrize(
    "given", ["../x.json", "../../x.json", "a/../../x.json", "./../x.json", Path("../x.json")]
)
def test_a_relative_name_of_a_file_does_not_leave_the_folder(here, given):
    backend = LocalVisBackend("runs")
    with pytest.raises(ValueError, match=r"file_path='.*' leaves the folder of the run"):
        backend.add_scalars({"loss": 1}, file_path=given)
    for argument in ("img_save_dir", "scalar_save_file", "config_save_file"):
        name = str(given).replace("json", "py") if argument == "config_save_file" else given
        with pytest.raises(ValueError, match=f"{argument}='.*' leaves the folder of the run"):
            LocalVisBackend("runs", **{argument: name})
    assert [str(p) for p in here.rglob("*.json")] == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a/../x.json", "here/runs/x.json"),
        (Path("new/x.json"), "here/runs/new/x.json"),
        ("..x.json", "here/runs/..x.json"),
        ("~/x.json", "x.json"),
    ],
)
def test_a_name_of_a_file_is_inside_the_folder_or_where_its_user_wants_it(
    tmp_path, given, expected
):
    LocalVisBackend("runs").add_scalars({"loss": 1}, step=2, file_path=given)
    assert json.loads((tmp_path / expected).read_text()) == {"loss": 1, "step": 2}


@pytest.mark.parametrize("given", ["scalars.json", "./scalars.json", "a/../scalars.json", None])
def test_a_file_path_to_the_scalars_themselves_is_refused_by_any_name(here, given):
    backend = LocalVisBackend("runs")
    with pytest.raises(ValueError, match="is where every scalar goes already"):
        backend.add_scalars({"loss": 1}, file_path=given or str(here / "runs" / "scalars.json"))


def test_what_is_read_may_be_in_the_home(tmp_path):
    LocalVisBackend("~/runs").add_scalar("loss", 0.5, step=2)
    assert read_scalars("~/runs/scalars.json") == [("loss", 2, 0.5)]
    RunConfig({"lr": 1}).dump("~/config.py")
    assert (tmp_path / "config.py").read_text() == "lr = 1\n"


def test_a_link_is_not_resolved(here):
    (here / "there").mkdir()
    (here / "link").symlink_to("there")
    assert as_path("link/../x") == f"{here}/link/../x"
    assert as_inner_path("link/x", "file_path") == "link/x"


def test_nothing_is_told_of_a_usual_path():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Visualizer(vis_backends=[LOCAL], save_dir="runs/a-b_c.d")
