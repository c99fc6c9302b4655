"""A live page gets everything, then what is new, of whatever becomes of a run."""

import json
import shutil

import numpy as np
import pytest

import viz_report.live
from viz_core import Run, Visualizer
from viz_report.live import Feed
from viz_report.report import find_runs, read_folders

IMAGE = np.zeros((4, 4, 3), np.uint8)


def begin(tmp_path):
    return Visualizer(vis_backends=[{"type": "LocalVisBackend"}], save_dir=tmp_path / "run")


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr(viz_report.live, "_LEAST", 0)
    monkeypatch.setattr(viz_report.live, "_TIMES", 0)
    with begin(tmp_path) as visualizer:
        visualizer.add_scalar("loss", 0.5, step=0)
        yield visualizer


def feed_of(*paths):
    runs = find_runs(paths)
    return Feed(runs, read_folders(runs), "run")


def test_a_page_gets_all_then_what_is_new(run, tmp_path):
    feed = feed_of(tmp_path / "run")
    first = feed.whole()
    assert (first["live"], first["title"]) == (True, "run")
    assert first["runs"][0]["scalars"]["loss"]["values"] == [0.5]
    nothing = json.loads(feed.since(first["cursor"]))
    assert (nothing["runs"], nothing["cursor"]) == ([], first["cursor"])

    run.add_scalars({"loss": 0.25, "acc": 1}, step=1)
    run.add_image("a", IMAGE, step=1)
    run.add_table("t", [{"a": 1}], step=1)
    run.add_histogram("h", [1, 2], step=1)
    second = json.loads(feed.since(first["cursor"]))
    (new,) = second["runs"]
    assert "reset" not in new
    assert new["scalars"]["loss"]["steps"] == [1]
    assert new["scalars"]["loss"]["of"] == 2
    assert new["scalars"]["acc"]["of"] == 1
    assert [each["step"] for each in new["images"]["a"]] == [1]
    assert [*second["blobs"]] == [new["images"]["a"][0]["image"]]
    assert [*new["tables"], *new["histograms"]] == ["t", "h"]

    run.add_scalar("loss", 0.125, step=2)
    third = json.loads(feed.since(first["cursor"]))  # of a page that missed one
    assert [each["scalars"]["loss"]["steps"] for each in third["runs"]] == [[1], [2]]
    assert third["cursor"] == json.loads(feed.since(second["cursor"]))["cursor"]
    assert json.loads(feed.since(third["cursor"]))["runs"] == []
    assert feed.whole()["runs"][0]["scalars"]["loss"]["values"] == [0.5, 0.25, 0.125]


def test_the_end_of_a_run_is_news(run, tmp_path):
    feed = feed_of(tmp_path / "run")
    cursor = feed.whole()["cursor"]
    run.close()
    (new,) = json.loads(feed.since(cursor))["runs"]
    assert new["sessions"][0]["ended"] is not None


def test_a_torn_line_comes_when_it_is_whole(run, tmp_path):
    feed = feed_of(tmp_path / "run")
    cursor = feed.whole()["cursor"]
    with (tmp_path / "run/vis_data/scalars.json").open("a") as file:
        file.write('{"loss": 0.2, "st')
        file.flush()
        assert json.loads(feed.since(cursor))["runs"] == []
        file.write('ep": 7}\n')
        file.flush()
        (new,) = json.loads(feed.since(cursor))["runs"]
    assert new["scalars"]["loss"]["steps"] == [7]


def test_a_run_that_is_deleted_stays_and_one_made_anew_replaces_it(run, tmp_path):
    run.add_scalar("loss", 0.4, step=1)
    run.close()
    feed = feed_of(tmp_path / "run")
    cursor = feed.whole()["cursor"]
    shutil.rmtree(tmp_path / "run")
    assert json.loads(feed.since(cursor))["runs"] == []
    assert feed.whole()["runs"][0]["scalars"]["loss"]["values"] == [0.5, 0.4]
    scalars = tmp_path / "run/vis_data/scalars.json"
    scalars.parent.mkdir(parents=True)
    scalars.write_text('{"loss": 9, "step": 0}\n' * 100)
    answer = json.loads(feed.since(cursor))
    (new,) = answer["runs"]
    assert (new["reset"], new["scalars"]["loss"]["of"]) == (True, 100)
    scalars.write_text('{"loss": 9, "step": 0}\n' * 3)
    (shorter,) = json.loads(feed.since(answer["cursor"]))["runs"]
    assert (shorter["reset"], shorter["scalars"]["loss"]["of"]) == (True, 3)
    assert feed.whole()["runs"][0]["scalars"]["loss"]["of"] == 3


def test_a_run_made_anew_that_cannot_be_read_yet_replaces_the_other_when_it_can(run, tmp_path):
    run.close()
    feed = feed_of(tmp_path / "run")
    cursor = feed.whole()["cursor"]
    folder = tmp_path / "run/vis_data"
    shutil.rmtree(folder)
    (folder / "config.py").mkdir(parents=True)  # no config
    (folder / "scalars.json").write_text('{"loss": 9, "step": 0}\n')
    assert json.loads(feed.since(cursor))["runs"] == []
    assert feed.whole()["runs"][0]["scalars"]["loss"]["values"] == [0.5]
    (folder / "config.py").rmdir()
    (new,) = json.loads(feed.since(cursor))["runs"]
    assert (new["reset"], new["scalars"]["loss"]["values"]) == (True, [9])


def test_a_second_run_and_a_rank_come_as_runs_of_their_own(run, tmp_path):
    run.close()
    feed = feed_of(tmp_path / "run")
    cursor = feed.whole()["cursor"]
    folder = tmp_path / "run/vis_data"
    size = (folder / "scalars.json").stat().st_size
    with (folder / "index.jsonl").open("a") as file:
        file.write('{"run": 2, "pid": 1, "rank": 0, "started": 5}\n')
        file.write(f'{{"run": 2, "file": "scalars.json", "from_byte": {size}, "time": 5}}\n')
    with (folder / "scalars.json").open("a") as file:
        file.write('{"loss": 3, "step": 0}\n')
    (folder / "rank_1").mkdir()
    (folder / "rank_1/scalars.json").write_text('{"loss": 4, "step": 0}\n')
    new = json.loads(feed.since(cursor))["runs"]
    shown = {each["id"]: each["scalars"]["loss"]["values"] for each in new if each["scalars"]}
    assert shown == {"run:run2": [3], "run:rank1": [4]}


@pytest.mark.parametrize(
    "cursor", ["", "x", "-", "{name}-99", "{name}--1", "other-0", "{name}-²", "{name}-" + "9" * 30]
)
def test_a_cursor_that_is_not_known_gets_all_anew(cursor, run, tmp_path):
    feed = feed_of(tmp_path / "run")
    name = feed.whole()["cursor"].partition("-")[0]
    answer = json.loads(feed.since(cursor.format(name=name)))
    assert [each["reset"] for each in answer["runs"]] == [True]
    assert answer["runs"][0]["scalars"]["loss"]["values"] == [0.5]
    assert answer["cursor"] == f"{name}-0"


def test_a_page_that_slept_long_gets_all_anew(run, tmp_path, monkeypatch):
    monkeypatch.setattr(viz_report.live, "_KEPT", 3)
    feed = feed_of(tmp_path / "run")
    cursors = [feed.whole()["cursor"]]
    for step in range(1, 6):
        run.add_scalar("loss", step, step=step)
        cursors.append(json.loads(feed.since(cursors[-1]))["cursor"])
    answers = [json.loads(feed.since(cursor)) for cursor in cursors]
    assert [len(each["runs"]) for each in answers] == [1, 1, 3, 2, 1, 0]
    assert ["reset" in each["runs"][0] for each in answers[:3]] == [True, True, False]


def test_pages_share_one_reading(run, tmp_path, monkeypatch):
    feed = feed_of(tmp_path / "run")
    cursor = feed.whole()["cursor"]
    monkeypatch.setattr(viz_report.live, "_LEAST", 3600)
    run.add_scalar("loss", 1, step=1)
    readings = []
    since = Run.since
    monkeypatch.setattr(Run, "since", lambda self, at: readings.append(at) or since(self, at))
    answers = {feed.since(cursor) for _ in range(10)}
    assert (len(answers), len(readings)) == (1, 1)
    assert len(json.loads(answers.pop())["runs"]) == 1


def test_a_long_run_stays_bounded_in_memory(run, tmp_path):
    feed = feed_of(tmp_path / "run")
    cursor = feed.whole()["cursor"]
    path = tmp_path / "run/vis_data/scalars.json"
    for start in range(0, 60_000, 3000):
        with path.open("a") as file:
            file.writelines(
                f'{{"x": {step % 97}, "step": {step}}}\n' for step in range(start, start + 3000)
            )
        cursor = json.loads(feed.since(cursor))["cursor"]
    (part,) = feed._watched[0].folder.parts
    assert len(part.curves["x"].steps) <= 6000
    shown = feed.whole()["runs"][0]["scalars"]["x"]
    assert shown["of"] == 60_000
    assert (max(shown["values"]), min(shown["values"])) == (96, 0)
