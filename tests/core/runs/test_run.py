"""What a run recorded is given back."""

import csv
import json
import math
import os
import shutil
import sys
import time
import tracemalloc
import types

import numpy as np
import pytest
from kinds_records import FRAMES, IMAGE, records

from viz_core import (
    LocalVisBackend,
    Visualizer,
    as_figure,
    as_video,
    get_palette,
    read_run,
    read_scalars,
)
from viz_core.kinds import videos

LOCAL = dict(type="LocalVisBackend")


@pytest.fixture
def local(tmp_path, monkeypatch):
    monkeypatch.setattr(videos, "_formats", lambda: ("gif",))
    return Visualizer(vis_backends=[LOCAL], save_dir=tmp_path / "run", on_backend_error="raise")


def test_every_kind_comes_back(local, tmp_path):
    given = records(tmp_path)
    for kind, arguments in given.items():
        getattr(local, f"add_{kind}")(**arguments)
    local.add_image("a/b", IMAGE, -2)
    local.add_scalars({"loss": math.nan, "val": {"acc": 0.5}}, 4)
    local.add_scalar("loss", 2, 1)
    local.add_config({"lr": 0.1, "model": {"depth": 18, "bad": math.inf}})
    local.close()
    run = read_run(tmp_path / "run")
    assert repr(run) == f"<Run 'run' in {str(tmp_path / 'run/vis_data')!r}>"
    assert set(run.images) == {"a/b", "batch/0", "batch/1", "batch/2"}
    assert (run.images["a/b"][-2] == IMAGE).all()
    assert (run.images["batch/2"][3] == FRAMES[2]).all()
    folder = tmp_path / "run/vis_data"
    assert run.images["a/b"].records[0].path == folder / "vis_image/a/b_-2.png"
    assert run.histograms["w"].records[0].path is None
    assert (run.figures["val/curve"][3] == as_figure(given["figure"]["figure"]).image).all()
    assert run.texts["note"][3] == "# It *runs* | é"
    assert run.html["page"][3] == '<meta charset="utf-8"><p>é</p>'
    assert tuple(run.tables["worst"][3]) == (("id", "name"), [(1, "a,b"), (2, None)])
    assert run.histograms["w"][3].edges.tolist() == [0, 0.5, 1]
    assert run.histograms["w"][3].counts.tolist() == [1, 3]
    assert run.pr_curves["pr"][3].true_positives[0] == 2
    assert run.confusion_matrices["cm"][3].matrix.tolist() == [[3, 1], [0, 2]]
    assert run.confusion_matrices["cm"][3].classes == ("a", "b")
    assert len(np.asarray(as_video(run.videos["clip"][3]))) == 5
    sample = run.annotations["val/7"][3]
    assert sample.truth.bboxes.tolist() == [[1, 2, 20, 15]]
    assert sample.prediction.scores.tolist() == [0.75]
    assert (sample.caption, sample.score, sample.size) == ("7", 0.5, (30, 20))
    assert (sample.classes, sample.skeleton) == ({0: "cat", 1: "dog"}, [])
    assert abs(sample.image.astype(int) - IMAGE).mean() < 60  # noise, as JPEG
    assert sample.path.parent == tmp_path / "run/vis_data/annotations"
    assert {name: path.read_bytes() for name, path in run.files.items()} == {
        "best/weights.bin": b"\0\1\2"
    }
    assert tuple(run.hparams) == ({"lr": 0.5, "opt": "sgd"}, {"acc": 0.75})
    assert set(run.scalars) == {"loss", "val/acc"}
    loss = run.scalars["loss"]
    assert loss.steps.tolist() == [4, 1]
    np.testing.assert_equal(loss.values, [math.nan, 2])
    assert (loss.sessions == 1).all()
    assert (loss.ranks == 0).all()
    assert abs(loss.times - run.sessions[0].started).max() < 60
    ((session),) = run.sessions
    assert session.config == {"lr": 0.1, "model": {"depth": 18, "bad": math.inf}}
    assert session.started <= session.ended
    assert (run.failures, run.skipped) == ({}, 0)


NAMES = [
    *("loss/cls", "a/b/c", "50%25", "50%", "損失", "..", "../../up", "/absolute", "a//b", "-x"),
    *("step_0", "a.png", "a.png/b", "back\\slash", "x" * 300, "x" * 299 + "y", "nul\0", "a_-3"),
]


def test_names_come_back(local, tmp_path):
    folders = ("..", "a.png")
    for name in NAMES:
        local.add_text(name, name, -7)
        local.add_image(name, IMAGE[:1, :1], 2)
        local.add_histogram(name, [1.0], 3)
        if name not in folders:  # a file cannot lie where a folder does
            local.add_file(__file__, name)
    local.close()
    run = read_run(tmp_path / "run/vis_data")
    assert {name: [*texts.items()] for name, texts in run.texts.items()} == {
        name: [(-7, name)] for name in NAMES
    }
    assert {*run.images} == {*run.histograms} == {*NAMES}
    assert {*run.files} == {*NAMES} - {*folders}


def test_steps_are_in_order_and_read_when_they_are_asked_for(local, tmp_path):
    for step in (9, -1, 3):
        local.add_text("a", str(step), step)
    run = read_run(tmp_path / "run")
    assert [*run.texts["a"].items()] == [(-1, "-1"), (3, "3"), (9, "9")]
    assert repr(run.texts["a"]) == "<3 steps: -1, 3, 9>"
    (tmp_path / "run/vis_data/text/a_3.md").write_text("later")
    assert run.texts["a"][3] == "later"
    with pytest.raises(KeyError):
        _ = run.texts["a"][4]


def test_annotations_are_of_their_step_and_read_when_they_are_asked_for(local, tmp_path):
    pose = {"keypoints": [[[1, 2], [3, 4]]], "labels": [0]}
    local.add_annotations("a", IMAGE, None, pose, 1, skeleton=[[0, 1]], score=math.nan)
    cursor = read_run(tmp_path / "run").cursor
    local.add_annotations("a", IMAGE, pose, step=2, style="mmdet", layout="overlay")
    folder = tmp_path / "run/vis_data"
    with (folder / "annotations.jsonl").open("a") as file:
        file.write('{"name": "a", "step": 3, "image": 5, "width": 3, "height": 3}\n')
        file.write('{"name": "up", "step": 3, "image": "../a.jpg", "width": 3, "height": 3}\n')
    run = read_run(tmp_path / "run")
    for path in (folder / "annotations").iterdir():
        path.unlink()
    first, second = run.annotations["a"].values()
    assert math.isnan(first.score)
    assert (first.truth, first.skeleton, second.prediction) == (None, [(0, 1)], None)
    assert first.prediction.keypoints.points[..., :2].tolist() == [[[1, 2], [3, 4]]]
    with pytest.raises(FileNotFoundError):
        _ = first.image
    assert run.annotations["up"][3].path.parent == folder / "annotations"
    assert run.skipped == 1
    assert [*run.since(cursor).annotations["a"]] == [2]


def test_colors_are_those_of_the_palette(local, tmp_path):
    box = {"bboxes": [[0, 0, 9, 9]] * 2, "labels": [7, 0]}
    for step, palette in enumerate([None, [(1, 2, 3)], {7: (4, 5, 6, 128)}, [(1, 2)]]):
        local.dataset_meta = {"palette": palette}
        local.add_annotations("a", IMAGE, box, step=step)
    local.add_annotations("a", IMAGE, box, step=9, style={"palette": "red"})
    found = read_run(tmp_path / "run").annotations["a"]
    spare = [tuple(color) for color in get_palette("distinct", 8)]
    assert [each.palette for each in found.values()] == [
        {},
        {0: (1, 2, 3), 7: spare[7]},
        {0: spare[0], 7: (4, 5, 6, 128)},
        {},  # that is no color, which says who draws with it
        {0: (255, 0, 0), 7: (255, 0, 0)},
    ]


@pytest.mark.parametrize(
    "truth",
    [
        *("5", "{}", '{"labels": 5}', '{"labels": [0], "bboxes": [[1]]}'),
        '{"labels": [0], "ids": "a"}',
        '{"labels": [], "semantic": {"ids": [1], "masks": [{"size": [2, 9], "counts": "03"}]}}',
    ],
)
def test_annotations_of_another_shape_are_told_when_they_are_touched(tmp_path, truth):
    line = f'{{"name":"a","step":1,"image":"b.jpg","width":3,"height":1,"truth":{truth}}}\n'
    (tmp_path / "annotations.jsonl").write_text(line)
    (tmp_path / "index.jsonl").touch()
    sample = read_run(tmp_path).annotations["a"][1]
    assert sample.prediction is None
    with pytest.raises(ValueError, match=r"the truth of 'a' in .* is not as a local run writes it"):
        _ = sample.truth


def test_json_beside_the_folder_is_none_of_the_run(local, tmp_path):
    local.add_text("a", "b")
    (tmp_path / "run/20260101_000000.json").write_text('{"mAP": 0.5}\n')  # MMEngine's, of a test
    assert [*read_run(tmp_path / "run").texts] == ["a"]


def test_numbers_and_bools_of_tables_come_back(local, tmp_path):
    rows = [[1, 0.5, True, "x", "1", None], [2, math.nan, False, "", "b", None]]
    local.add_table("t", list("abcdef"), rows)
    local.add_table("empty", ["a"], [])
    read = read_run(tmp_path / "run").tables
    assert [*map(type, read["t"][0].rows[0][:4])] == [int, float, bool, str]
    np.testing.assert_equal(
        read["t"][0].rows, [(1, 0.5, True, "x", "1", None), (2, math.nan, False, None, "b", None)]
    )
    assert tuple(read["empty"][0]) == (("a",), [])


def test_a_second_run_is_told_apart(tmp_path):
    folder = tmp_path / "vis_data"
    folder.mkdir()
    first = '{"loss": 1, "step": 1}\n'
    (folder / "scalars.json").write_text(first)
    (folder / "config.py").write_text("lr = 1\n")
    (folder / "index.jsonl").write_text(
        '{"run": 1, "pid": 1, "rank": 0, "started": 1.5}\n'
        '{"run": 1, "file": "config.py", "from_byte": 0, "time": 2.5}\n'
        '{"run": 1, "file": "scalars.json", "from_byte": 0, "time": 3.5}\n'
        '{"run": 1, "not_recorded": {"W": {"image": 2}}, "time": 4.0}\n'
        '{"run": 1, "not_recorded": {"W": {"image": 1, "file": 1}}, "time": 4.0}\n'
        '{"run": 1, "ended": 4.5}\n'
    )
    visualizer = Visualizer(vis_backends=[LOCAL], save_dir=tmp_path)
    with pytest.warns(UserWarning, match="is run 2"):
        visualizer.add_scalar("loss", 2, 5)
    visualizer.add_config({"lr": 2})
    run = read_run(tmp_path)
    loss = run.scalars["loss"]
    assert loss.sessions.tolist() == [1, 2]
    assert loss.times[0] == 3.5
    assert [(s.run, s.ended, s.config) for s in run.sessions] == [
        (1, 4.5, {"lr": 1}),
        (2, None, {"lr": 2}),
    ]
    assert run.failures == {"W": {"image": 3, "file": 1}}
    (folder / "scalars.run3.json").write_text('{"loss": 3, "step": 7}\n')
    assert read_run(tmp_path).scalars["loss"].values.tolist() == [1, 2, 3]
    assert [point.value for point in read_scalars(tmp_path)] == [1, 2, 3]


def test_a_config_is_its_readers_own(local, tmp_path):
    local.add_config({"model": {"depth": 18}})
    local.close()
    read_run(tmp_path / "run").sessions[0].config["model"]["depth"] = 50
    assert read_run(tmp_path / "run").sessions[0].config == {"model": {"depth": 18}}


def test_the_work_dir_of_mmengine_is_its_newest_run(tmp_path):
    for name, value in (("20260101_000000", 1), ("20260102_000000", 2)):
        folder = tmp_path / name / "vis_data"
        (folder / "vis_image").mkdir(parents=True)
        line = {"loss": value, "lr": math.nan, "step": 3, "iter": 3}
        (folder / "scalars.json").write_text(json.dumps(line) + "\n")
        (folder / f"{name}.json").write_text(json.dumps(line) + "\n")
        (folder / "config.py").write_text("_base_ = ['a.py']\noptim = dict(type='SGD', lr=f(1))\n")
    (tmp_path / "last_checkpoint").write_text("x")
    run = read_run(tmp_path)
    assert run.name == "20260102_000000"
    loss = run.scalars["loss"]
    assert (loss.values.tolist(), loss.times) == ([2], None)
    assert math.isnan(run.scalars["lr"].values[0])
    (session,) = run.sessions
    assert session == (1, 0, None, None, {"_base_": ["a.py"], "optim": "dict(type='SGD', lr=f(1))"})


def test_torn_lines_are_skipped_and_counted(local, tmp_path):
    local.add_scalar("loss", 1, 1)
    local.add_histogram("w", [1.0])
    folder = tmp_path / "run/vis_data"
    with (folder / "scalars.json").open("a") as file:
        file.write('nothing\n[1]\n{"loss": "x", "step": 2}\n{"loss": 3, "st')
    run = read_run(tmp_path / "run")
    assert run.scalars["loss"].values.tolist() == [1]
    assert run.skipped == 4
    assert [*run.histograms["w"]] == [0]
    assert run.skipped == 4


def test_lines_of_another_shape_are_skipped_and_counted(local, tmp_path):
    local.add_scalar("loss", 1, 1)
    local.add_histogram("w", [1.0])
    local.add_pr_curve("pr", [0, 1], [0.1, 0.9])
    local.add_confusion_matrix("cm", np.eye(2))
    local.add_image("x" * 300, IMAGE)
    local.close()
    wrong = (
        *("{}", '{"run": 1}', '{"run": "1", "started": 1}', '{"run": 1, "file": "scalars.json"}'),
        *('{"run": 1, "started": null}', '{"run": 1, "ended": "x"}', '{"name": "w"}'),
        '{"run": 1, "file": "scalars.json", "from_byte": "x", "time": null}',
        '{"run": 1, "file": "scalars.json", "from_byte": -1, "time": 1}',
        *('{"run": 1, "ended": 1e999}', f'{{"run": 1, "started": {10**400}}}'),
        *('{"run": 1, "not_recorded": 5}', '{"run": 1, "not_recorded": {"a": {"image": "x"}}}'),
        f'{{"run": {2**63}, "file": "scalars.json", "from_byte": 0, "time": 1}}',
        '{"run": 1, "named": {"vis_image": "a\\u0000b"}}',
        *('{"name": "w", "step": null}', '{"name": ["w"], "step": 1}', '{"loss": 2, "step": "x"}'),
        '{"name": "w", "step": 1, "link": 5, "edges": 5, "counts": {}, "matrix": 1}',
    )
    stems = ("index", "histograms", "files", "pr_curves", "confusion_matrices")
    for file in (*(f"{stem}.jsonl" for stem in stems), "scalars.json", "vis_image/names.json"):
        with (tmp_path / "run/vis_data" / file).open("a") as opened:
            opened.writelines(f"{line}\n" for line in wrong)
    run = read_run(tmp_path / "run")
    assert run.scalars["loss"].values.tolist() == [1]
    assert (
        [*run.histograms["w"]] == [*run.pr_curves["pr"]] == [*run.confusion_matrices["cm"]] == [0]
    )
    assert ([*run.images], run.files, run.failures) == (["x" * 300], {}, {})
    assert [session.run for session in run.sessions] == [1]
    assert run.skipped == 7 * len(wrong) - 1  # {"run": 1} says nothing, and is no mistake


def test_a_folder_whose_number_no_rank_has_is_none_of_a_rank(local, tmp_path):
    local.add_scalar("loss", 1, 1)
    local.close()
    folder = tmp_path / "run/vis_data"
    shutil.copytree(folder, folder / f"rank_{10**20}")
    assert read_run(tmp_path / "run").scalars["loss"].ranks.tolist() == [0]


def test_a_scalar_takes_little_memory_while_it_is_read(tmp_path):
    path = tmp_path / "vis_data" / "scalars.json"
    path.parent.mkdir()
    path.write_text("".join(f'{{"loss": {i / 7}, "step": {i}}}\n' for i in range(20_000)))
    _ = read_run(tmp_path).scalars  # imports
    tracemalloc.start()
    found = read_run(tmp_path).scalars["loss"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found.steps) == 20_000
    assert peak / 20_000 < 200  # bytes; a tuple for each takes 245


def test_one_line_that_is_no_json_costs_no_other_of_its_thousand(local, tmp_path):
    local.add_scalar("loss", 0.5, 1)
    local.close()
    path = tmp_path / "run" / "vis_data" / "scalars.json"
    lines = [b'{"loss": %d, "step": %d}' % (i, i) for i in range(2, 3000)]
    lines[1500:1500] = [b"", b'{"loss": "1', b'{"loss": %d, "step": 0}' % 10**400]
    lines[700:700] = [b'{"loss": 1}, {"loss": 2}']
    path.write_bytes(path.read_bytes() + b"\n".join([*lines, b""]))
    run = read_run(tmp_path / "run")
    assert run.scalars["loss"].steps.tolist() == [*range(1, 3000)]
    assert run.skipped == 3


@pytest.mark.parametrize("text", ["", '{"hparams": {', "[]", '{"hparams": {}}', "[" * 5000])
def test_a_summary_that_is_torn_or_somebody_elses_is_skipped(local, tmp_path, text):
    local.add_scalar("loss", 1, 1)
    (tmp_path / "run/vis_data/summary.json").write_text(text)
    run = read_run(tmp_path / "run")
    assert (run.hparams, run.skipped) == (None, 1)


def test_cells_are_what_they_were(local, tmp_path):
    row = {"coco": "000000000139", "id": "1_000", "n": "٣", "e": "1e5", "f": 0.1, "big": 2**80}
    row |= {"true": True, "nul": "a\0b", "lines": "a\r\nb", "long": "x" * 200_000, "none": None}
    local.add_table("t", [row], step=1)
    local.add_table("mixed", {"a": [1, 0.5, math.inf], "b": ["7", "007", None]}, step=1)
    limit = csv.field_size_limit()
    tables = read_run(tmp_path / "run").tables
    assert tables["t"][1].rows == [tuple((row | {"nul": "a\ufffdb"}).values())]
    assert tables["mixed"][1].rows == [(1, "7"), (0.5, "007"), (math.inf, None)]
    assert csv.field_size_limit() == limit
    (tmp_path / "run/vis_data/tables/t_1.csv").write_text("")
    with pytest.raises(ValueError, match=r"t_1\.csv' is empty"):
        _ = read_run(tmp_path / "run").tables["t"][1]


def test_since_gives_what_came_later(local, tmp_path):
    local.add_scalar("loss", 1, 1)
    local.add_text("a", "b", 1)
    local.add_histogram("w", [1.0], 1)
    run = read_run(tmp_path / "run")
    cursor = json.loads(json.dumps(run.cursor))
    nothing = run.since(cursor)
    assert (nothing.scalars, nothing.texts, nothing.histograms) == ({}, {}, {})
    assert nothing.cursor == cursor
    local.add_scalar("loss", 2, 2)
    local.add_text("a", "c", 1)
    local.add_text("d", "e", 1)
    local.add_histogram("w", [1.0], 2)
    later = run.since(cursor)
    assert later.scalars["loss"].values.tolist() == [2]
    assert later.scalars["loss"].sessions.tolist() == [1]
    assert {name: dict(texts) for name, texts in later.texts.items()} == {
        "a": {1: "c"},
        "d": {1: "e"},
    }
    assert [*later.histograms["w"]] == [2]
    assert later.since(later.cursor).scalars == {}
    assert {*run.since(None).texts} == {"a", "d"}
    assert {*run.texts} == {"a"}  # as it was


def test_what_comes_while_files_are_looked_for_is_new_the_next_time(local, tmp_path, monkeypatch):
    look = os.walk

    def walk(folder):
        yield from look(folder)
        if folder.name == "text":  # others record after it was looked at, and before the next
            for name in ("late", "later"):
                time.sleep(0.2)  # longer than by what the clocks of files may lag
                local.add_text(name, "x")
                local.add_html(name, "x")

    local.add_text("early", "x")
    monkeypatch.setattr(os, "walk", walk)
    run = read_run(tmp_path / "run")
    monkeypatch.undo()
    assert ({*run.texts}, {*run.html}) == ({"early"}, {"late", "later"})
    assert {*run.since(run.cursor).texts} == {"late", "later"}


def test_a_file_of_lines_that_comes_later_is_all_new_the_next_time(local, tmp_path):
    local.add_text("a", "x")
    run = read_run(tmp_path / "run")
    local.add_histogram("w", [1.0])
    local.add_scalar("loss", 1)
    assert (run.histograms, run.scalars) == ({}, {})
    later = run.since(run.cursor)
    assert ([*later.histograms], [*later.scalars]) == (["w"], ["loss"])


def test_what_is_replaced_at_once_is_new(local, tmp_path):
    local.add_text("a", "x")
    path = tmp_path / "run/vis_data/text/a_0.md"
    at = path.stat().st_mtime_ns
    run = read_run(tmp_path / "run")
    local.add_text("a", "y")
    os.utime(path, ns=(at, at))  # as where clocks tick slowly
    assert run.since(run.cursor).texts["a"][0] == "y"


def test_what_goes_while_files_are_looked_for_is_passed_over(local, tmp_path):
    local.add_text("a", "x")
    (tmp_path / "run/vis_data/text/gone_0.md").symlink_to(tmp_path / "nowhere")
    assert {*read_run(tmp_path / "run").texts} == {"a"}


def test_of_two_formats_the_last_counts(tmp_path):
    for number, image_format in enumerate(("webp", "png", "jpg", "webp")):
        backend = LocalVisBackend(tmp_path, image_format=image_format)
        backend.add_image("a", np.full((8, 8, 3), 60 * number, np.uint8), step=1)
        assert abs(read_run(tmp_path).images["a"][1].mean() - 60 * number) < 3


def test_a_line_that_is_half_written_is_there_when_it_is_whole(local, tmp_path):
    local.add_scalar("loss", 1, 1)
    path = tmp_path / "run/vis_data/scalars.json"
    with path.open("a") as file:
        file.write('{"loss": 2, ')
    run = read_run(tmp_path / "run")
    assert run.scalars["loss"].values.tolist() == [1]
    with path.open("a") as file:
        file.write('"step": 2}\n')
    assert run.since(run.cursor).scalars["loss"].values.tolist() == [2]


def test_scalars_as_a_frame(local, tmp_path, monkeypatch):
    local.add_scalars({"a": 1, "b": 0.5}, 3)
    made = {}

    def frame(data, columns):
        made.update({key: list(data[key]) for key in columns})

    monkeypatch.setitem(sys.modules, "pandas", types.SimpleNamespace(DataFrame=frame))
    run = read_run(tmp_path / "run")
    run.to_pandas()
    assert [*made] == ["name", "step", "value", "time", "session", "rank"]
    assert (made["name"], made["value"], made["rank"]) == (["a", "b"], [1, 0.5], [0, 0])
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install pandas, or use run\.scalars"):
        run.to_pandas()


def test_runs_below_a_folder_of_work_dirs_are_named(tmp_path):
    for name in ("b/20260101/vis_data", "b/20260102/vis_data", "a/20260101/vis_data", "c/1/2"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "scalars.json").write_text('{"loss": 1, "step": 0}\n')
    (tmp_path / "empty/20260101/vis_data").mkdir(parents=True)
    with pytest.raises(FileNotFoundError) as error:
        read_run(tmp_path)
    assert str(error.value).endswith(f", such as '{tmp_path}/a', '{tmp_path}/b'")
    assert read_run(tmp_path / "b").folder == tmp_path / "b/20260102/vis_data"


@pytest.mark.parametrize(
    ("path", "error", "text"),
    [
        ("none", FileNotFoundError, "there is no run in .*give the save_dir"),
        ("", ValueError, "path must not be empty"),
        ("nowhere://a/b", ValueError, "fsspec knows no nowhere://"),
        (5, TypeError, "path must be a path"),
    ],
)
def test_what_is_no_run_is_named(tmp_path, monkeypatch, path, error, text):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=text):
        read_run(path)
