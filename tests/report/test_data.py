"""A page has everything that a run has recorded, and of any run what is there."""

import io
import json
import math
import shutil

import numpy as np
import pytest
from PIL import Image
from shown_page import show

from viz_core import RecordingWarning, Visualizer, read_run

LOCAL = [{"type": "LocalVisBackend"}]
IMAGE = np.arange(12 * 16 * 3, dtype=np.uint8).reshape(12, 16, 3)


@pytest.fixture
def run(tmp_path):
    """Return what records to `run`."""
    with Visualizer(vis_backends=LOCAL, save_dir=tmp_path / "run") as visualizer:
        yield visualizer


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)))


def test_every_kind_is_there(run, tmp_path):
    run.add_config({"lr": 0.1, "model": {"shape": (3, 4), "bad": math.nan}, "big": 2**60})
    for step in (0, 5):
        run.add_scalars({"loss": math.nan if step else 0.123456789, "acc": step}, step=step)
        run.add_image("val/a", IMAGE + step, step=step)
    run.add_table("worst", [{"id": 7, "loss": math.inf}, {"id": None, "loss": 0.5}], step=5)
    run.add_histogram("w", ([1, 3], [0, 0.5, 1]), step=5)
    run.add_pr_curve("pr", [0, 1], [0.25, 0.75], step=5)
    run.add_confusion_matrix("cm", [[3, 1], [0, 2]], ["a", "b"], step=5)
    run.add_text("note", "# it *runs*", step=5)
    run.add_html("page", "<b>page</b>", step=5)
    run.add_video("clip", [IMAGE] * 3, step=5)
    (tmp_path / "model.pt").write_bytes(b"123")
    run.add_file(tmp_path / "model.pt")
    run.add_hparams({"lr": 0.5}, {"acc": math.nan})
    run.close()
    page = show(tmp_path, tmp_path / "run")
    data, shown = page.data, page.run()
    assert (data["version"], data["title"], data["live"], data["left_out"]) == (1, "run", False, [])
    assert (shown["id"], shown["name"], shown["skipped"]) == ("run", "run", 0)
    ((session),) = shown["sessions"]
    assert (session["run"], session["rank"]) == (1, 0)
    assert 0 <= shown["seconds"] < 100
    assert shown["config"] == {
        "lr": 0.1,
        "model": {"shape": [3, 4], "bad": "nan"},
        "big": str(2**60),
    }
    assert shown["scalars"]["loss"]["steps"] == [0, 5]
    assert shown["scalars"]["loss"]["values"] == [0.1234568, None]
    acc = shown["scalars"]["acc"]
    assert len(acc["times"]) == acc["of"] == 2
    assert abs(acc["since"] + acc["times"][0] - session["started"]) < 60
    first, second = shown["images"]["val/a"]
    assert (first["step"], first["width"], first["height"]) == (0, 16, 12)
    assert (pixels(page.blob(second["image"])) == IMAGE + 5).all()
    rows = [[7, "inf"], [None, 0.5]]
    assert shown["tables"]["worst"] == [
        {"step": 5, "columns": ["id", "loss"], "rows": rows, "of": 2}
    ]
    assert shown["histograms"]["w"] == [{"step": 5, "edges": [0, 0.5, 1], "counts": [1, 3]}]
    (curve,) = shown["pr_curves"]["pr"]
    assert (curve["precision"][0], curve["recall"][0], curve["thresholds"][0]) == (0.5, 1, 0)
    (matrix,) = shown["confusion_matrices"]["cm"]
    assert (matrix["classes"], matrix["matrix"]) == (["a", "b"], [[3, 1], [0, 2]])
    assert shown["texts"]["note"] == [{"step": 5, "text": "# it *runs*"}]
    assert shown["html"]["page"] == [{"step": 5, "html": "<b>page</b>"}]
    (clip,) = shown["videos"]["clip"]
    (file,) = (tmp_path / "run/vis_data/videos").iterdir()
    assert clip["type"].split("/")[1] == file.suffix[1:]
    assert page.blob(clip["video"]) == file.read_bytes()
    assert shown["files"] == [{"name": "model.pt", "size": 3, "href": None}]
    assert shown["hparams"] == {"hparams": {"lr": 0.5}, "metrics": {"acc": "nan"}}
    assert shown["not_recorded"] == {}


def test_annotations_are_vectors_over_one_image(run, tmp_path):
    run.dataset_meta = {"classes": ["cat", "dog"], "skeleton_links": [(0, 1)]}
    run.dataset_meta |= {"palette": {1: (255, 10, 0, 99)}}
    mask = np.zeros((12, 16), bool)
    mask[2:5, 3:9] = True
    points = [[[1, 2, 0.5], [3, 4, 0.5]]]
    for step in range(3):
        truth = {"bboxes": [[1, 2, 8, 9]], "labels": [1], "masks": [mask], "keypoints": points}
        found = {
            "bboxes": [[1, 2, 8, 9], [0, 0, 3, 3]],
            "labels": [1, 0],
            "scores": [0.9, step / 4],
        }
        run.add_annotations("val/7", IMAGE, truth, found, step=step, caption="seven", score=step)
    run.add_annotations("val/8", IMAGE, prediction={"sem_seg": mask.astype(np.uint8)}, step=2)
    run.close()
    page = show(tmp_path, tmp_path / "run")
    shown = page.run()
    assert shown["classes"] == ["cat", "dog"]
    assert shown["colors"] == {"cat": "#df1040", "dog": "#ff0a00"}
    assert len(page.data["blobs"]) == 1
    first, middle, last = shown["annotations"]["val/7"]
    assert (middle["truth"], last["truth"]) == (0, 0)  # the place of what is the same
    assert {key: last[key] for key in ("step", "width", "height", "caption", "score")} == {
        "step": 2,
        "width": 16,
        "height": 12,
        "caption": "seven",
        "score": 2,
    }
    assert page.blob(last["image"])[:3] == b"\xff\xd8\xff"
    assert last["prediction"]["bboxes"] == [[1, 2, 8, 9], [0, 0, 3, 3]]
    assert last["prediction"]["scores"] == [0.9, 0.5]
    assert last["prediction"]["names"] == ["dog", "cat"]
    assert first["truth"]["masks"][0]["size"] == [12, 16]
    assert first["truth"]["keypoints"] == points
    assert first["truth"]["skeleton"] == [[0, 1]]
    (other,) = shown["annotations"]["val/8"]
    assert (other["truth"], other["score"], other["caption"]) == (None, None, "")
    assert other["prediction"]["semantic"]["names"] == ["cat", "dog"]
    assert "colors" not in other


def test_a_truth_that_changes_is_written_where_it_does(run, tmp_path):
    for step, side in enumerate([None, 1, 1, None, 1, 2, 2, 1]):
        truth = side and {"bboxes": [[0, 0, side, side]], "labels": [0]}
        run.add_annotations("a", IMAGE, truth, step=step)
    run.close()
    values = show(tmp_path, tmp_path / "run").run()["annotations"]["a"]
    written = [each["truth"] for each in values]
    assert [type(each).__name__ for each in written] == [
        *("NoneType", "dict", "int", "NoneType", "dict", "dict", "int", "dict")
    ]
    found = [written[each] if isinstance(each, int) else each for each in written]
    assert [each and each["bboxes"][0][2] for each in found] == [None, 1, 1, None, 1, 2, 2, 1]


@pytest.mark.parametrize(
    "side",
    [
        *([], "x", 3, {"labels": 3}, {"labels": ["1"]}, {"labels": [[1]], "names": ["a"]}),
        *({"labels": [1], "bboxes": []}, {"labels": [1], "semantic": 5}),
        {"labels": [1], "semantic": {"labels": [2, 3], "ids": []}},
        {"labels": [1], "bboxes": [[1, math.inf, 8, 9]]},
    ],
)
def test_annotations_of_another_shape_are_counted(side, run, tmp_path):
    run.add_annotations("a", IMAGE, {"bboxes": [[1, 2, 8, 9]], "labels": [1]})
    run.close()
    with (tmp_path / "run/vis_data/annotations.jsonl").open("a") as file:
        line = json.loads((tmp_path / "run/vis_data/annotations.jsonl").read_text())
        # What JSON has no word for is written as a number that no float holds.
        file.write(
            f"{json.dumps({**line, 'step': 1, 'truth': side, 'classes': {'1': 'b'}})}\n".replace(
                "Infinity", "1e999"
            )
        )
    page = show(tmp_path, tmp_path / "run")
    assert [each["step"] for each in page.run()["annotations"]["a"]] == [0]
    assert page.data["left_out"] == ["1 records that could not be read"]


def test_a_run_that_was_killed_shows_what_is_there(run, tmp_path):
    run.add_scalar("loss", 1, step=1)
    run.add_image("a", IMAGE)
    run.add_table("t", [{"a": 1}])
    folder = tmp_path / "run/vis_data"
    for file in ("scalars.json", "index.jsonl"):
        with (folder / file).open("a") as torn:
            torn.write('{"loss": 2, "st')
    (folder / "vis_image/b_0.png").write_bytes((folder / "vis_image/a_0.png").read_bytes()[:40])
    (folder / "tables/empty_0.csv").write_bytes(b"")
    (folder / "histograms.jsonl").write_text(
        '{"name": "h", "step": 0, "edges": ["x"], "counts": [{}]}\n'
    )
    (folder / "config.py").write_text("import os\nlr = 0.1\nmodel = f(")
    page = show(tmp_path, tmp_path / "run")
    shown = page.run()
    assert shown["scalars"]["loss"]["values"] == [1]
    assert shown["skipped"] == 2
    assert [*shown["images"]] == ["a"]
    assert [*shown["tables"]] == ["t"]
    assert "histograms" not in shown
    assert shown["sessions"][0]["ended"] is None
    unread = "for want of room or as they could not be read"
    assert page.data["left_out"] == [
        f"images b: 0 of 1 steps, {unread}",
        "2 records that could not be read",
    ]


def test_an_empty_run_is_a_page_and_no_run_an_error(tmp_path):
    (tmp_path / "run/vis_data").mkdir(parents=True)
    with pytest.raises(FileNotFoundError, match="there is no run in"):
        show(tmp_path, tmp_path / "run")
    (tmp_path / "run/vis_data/scalars.json").write_bytes(b"")
    shown = show(tmp_path, tmp_path / "run").run()
    assert (shown["scalars"], shown["seconds"], shown["config"]) == ({}, None, None)


def lines(path, *points):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f'{{"loss": {value}, "step": {step}}}\n' for step, value in points))


def index(path, *runs):
    """Write an index that says from which byte of `scalars.json` each run wrote."""
    with path.open("w") as file:
        for number, start in enumerate(runs, 1):
            file.write(json.dumps({"run": number, "pid": 1, "rank": 0, "started": 1e9 + number}))
            line = {"run": number, "file": "scalars.json", "from_byte": start, "time": 1e9 + number}
            file.write(f"\n{json.dumps(line)}\n")


def test_two_runs_in_one_folder_are_two_and_one_that_was_resumed_is_one(tmp_path):
    folder = tmp_path / "run/vis_data"
    lines(folder / "scalars.json", (0, 5), (1, 4), (2, 3), (3, 2))
    half = (folder / "scalars.json").stat().st_size // 2
    index(folder / "index.jsonl", 0, half)
    ((resumed),) = show(tmp_path, tmp_path / "run").data["runs"]
    assert resumed["scalars"]["loss"]["steps"] == [0, 1, 2, 3]
    assert [each["run"] for each in resumed["sessions"]] == [1, 2]
    assert resumed["seconds"] == 1

    lines(folder / "scalars.json", (0, 5), (1, 4), (0, 3), (1, 2))
    first, second = show(tmp_path, tmp_path / "run").data["runs"]
    assert [first["id"], second["id"]] == ["run", "run:run2"]
    assert second["name"] == "run (run 2)"
    assert first["scalars"]["loss"]["values"] == [5, 4]
    assert second["scalars"]["loss"]["values"] == [3, 2]
    assert [each["run"] for each in second["sessions"]] == [2]


def test_each_rank_is_a_run(tmp_path):
    lines(tmp_path / "run/vis_data/scalars.json", (0, 5))
    lines(tmp_path / "run/vis_data/rank_1/scalars.json", (0, 6))
    first, second = show(tmp_path, tmp_path / "run").data["runs"]
    assert (first["name"], second["name"]) == ("run", "run (rank 1)")
    assert second["scalars"]["loss"]["values"] == [6]


def test_runs_of_one_name_are_told_apart_and_one_given_twice_is_there_once(tmp_path):
    for name in ("a/run", "b/run"):
        lines(tmp_path / name / "vis_data/scalars.json", (0, 5))
    data = show(tmp_path, tmp_path / "a/run", tmp_path / "b/run", tmp_path / "a/run/vis_data").data
    assert [each["id"] for each in data["runs"]] == ["a/run", "b/run"]
    assert data["title"] == "a/run, b/run"


def test_a_folder_of_mmengines_is_shown(tmp_path):
    folder = tmp_path / "work/20260101_000000/vis_data"
    (folder / "vis_image").mkdir(parents=True)
    Image.fromarray(IMAGE).save(folder / "vis_image/test_img_3.png")
    line = {"lr": 0.01, "loss": 0.5, "time": 0.1, "epoch": 1, "iter": 50, "memory": 100, "step": 50}
    (folder / "scalars.json").write_text(f"{json.dumps(line)}\n")
    (folder / "config.py").write_text("optimizer = dict(type='SGD', lr=0.01)\n")
    shown = show(tmp_path, tmp_path / "work").run()
    assert shown["scalars"]["loss"] == {
        "steps": [50],
        "values": [0.5],
        "times": None,
        "since": 0,
        "of": 1,
    }
    assert [*shown["images"]] == ["test_img"]
    assert shown["seconds"] is None
    assert shown["config"]["optimizer"] in (
        {"type": "SGD", "lr": 0.01},
        "dict(type='SGD', lr=0.01)",
    )


def test_what_is_not_recorded_is_told(tmp_path):
    class Broken:
        def add_scalar(self, name, value, step=0):
            raise OSError("it is broken")

    with pytest.warns(RecordingWarning, match="it is broken|1 x scalar"):
        visualizer = Visualizer(vis_backends=[*LOCAL, Broken()], save_dir=tmp_path / "run")
        visualizer.add_scalar("loss", 1)
        visualizer.close()
    assert show(tmp_path, tmp_path / "run").run()["not_recorded"] == {"Broken": {"scalar": 1}}


def test_no_link_leads_out_of_the_run(run, tmp_path):
    run.add_image("a", IMAGE)
    run.add_text("t", "mine")
    run.close()
    folder = tmp_path / "run/vis_data"
    Image.fromarray(IMAGE).save(tmp_path / "secret.png")
    (tmp_path / "secret.md").write_text("secret")
    (folder / "vis_image/b_0.png").symlink_to(tmp_path / "secret.png")
    (folder / "vis_image/c_0.png").symlink_to("a_0.png")
    (folder / "text/t_1.md").symlink_to(tmp_path / "secret.md")
    (tmp_path / "link").symlink_to(tmp_path / "run")
    page = show(tmp_path, tmp_path / "link")
    assert [*page.run()["images"]] == ["a", "c"]
    assert [each["text"] for each in page.run()["texts"]["t"]] == ["mine"]
    assert "secret" not in page.source.replace(str(tmp_path), "")


def test_a_run_in_a_store_is_shown_as_one_in_a_folder(run, tmp_path):
    run.add_annotations("val/7", IMAGE, {"bboxes": [[1, 2, 8, 9]], "labels": [1]}, step=2)
    run.add_table("t", [{"a": 1}])
    run.add_scalar("loss", 1)
    run.add_image("a", IMAGE)
    run.close()
    here = show(tmp_path, tmp_path / "run").run()
    there = show(tmp_path, f"file://{tmp_path}/run").run()
    assert (len(there["images"]["a"]), len(there["annotations"]["val/7"])) == (1, 1)
    assert there == here


def test_of_a_run_in_a_store_only_some_images_are_fetched_where_not_all_fit(tmp_path, monkeypatch):
    for step in range(40):
        spots(tmp_path / f"run/vis_data/vis_image/a_{step}.png", 160, seed=step)
    run = read_run(f"file://{tmp_path}/run")
    monkeypatch.setattr("viz_report.report.read_run", lambda path: run)
    page = show(tmp_path, "", max_mb=0.35)
    fetched = list((run.folder.parent / ".fetched").rglob("*.png"))
    assert 2 < len(page.run()["images"]["a"]) <= len(fetched) < 30


def spots(path, side=400, seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    small = np.random.default_rng(seed).integers(0, 256, (40, 40, 3), np.uint8)
    image = Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC)
    image.save(path, compress_level=0)


def test_images_are_made_smaller_then_left_out_and_that_is_told(tmp_path):
    folder = tmp_path / "run/vis_data"
    for step in range(17):
        spots(folder / f"vis_image/a_{step}.png", 1000, seed=step)
    lines(folder / "scalars.json", (0, 1))
    page = show(tmp_path, tmp_path / "run", max_mb=1.6)
    assert len(page.source) < 1.6e6
    steps = [each["step"] for each in page.run()["images"]["a"]]
    assert steps[0] == 0
    assert steps[-1] == 16
    assert len(steps) == 9
    (line,) = page.data["left_out"]
    assert line.startswith(f"images a: {len(steps)} of 17 steps")
    first = page.run()["images"]["a"][0]
    assert (first["width"], first["height"]) == (1000, 1000)
    assert Image.open(io.BytesIO(page.blob(first["image"]))).size == (800, 800)


def test_the_same_image_is_there_once(tmp_path):
    folder = tmp_path / "run/vis_data"
    spots(folder / "vis_image/a_0.png", 100)
    shutil.copy(folder / "vis_image/a_0.png", folder / "vis_image/b_3.png")
    assert len(show(tmp_path, tmp_path / "run").data["blobs"]) == 1


def test_five_thousand_names_fit(tmp_path):
    folder = tmp_path / "run/vis_data"
    folder.mkdir(parents=True)
    with (folder / "scalars.json").open("w") as file:
        for step in range(60):
            values = {f"g{n % 50}/n{n}": n * step / 7 for n in range(5000)}
            file.write(f"{json.dumps({**values, 'step': step})}\n")
    page = show(tmp_path, tmp_path / "run", max_mb=5)
    assert len(page.source) < 5e6
    scalars = page.run()["scalars"]
    assert len(scalars) == 5000
    assert scalars["g7/n4957"]["of"] == 60
    assert scalars["g7/n4957"]["steps"][-1] == 59
    assert page.data["left_out"][0].startswith("curves: lowest and highest of 10 parts each")
    few = show(tmp_path, tmp_path / "run", max_mb=1).data["left_out"]
    assert few[1].startswith("all but curves and configs, which alone take ")


def test_tables_and_texts_of_any_length_are_cut_and_say_so(run, tmp_path):
    run.add_table("t", ["a"], [[i] for i in range(2500)])
    run.add_text("t", "x" * 300_000)
    run.close()
    shown = show(tmp_path, tmp_path / "run").run()
    (table,) = shown["tables"]["t"]
    assert (len(table["rows"]), table["of"]) == (1000, 2500)
    (text,) = shown["texts"]["t"]
    assert text["text"].endswith("... 200,000 more characters")


def test_assets_lie_beside_the_page_whole(tmp_path):
    folder = tmp_path / "run/vis_data"
    spots(folder / "vis_image/a_0.png")
    page = show(tmp_path, tmp_path / "run", assets=tmp_path / "page" / "a b#", max_mb=1)
    (image,) = page.run()["images"]["a"]
    link = page.data["blobs"][image["image"]]
    assert link == f"a%20b%23/{image['image']}.png"
    copied = tmp_path / "page" / "a b#" / f"{image['image']}.png"
    assert copied.read_bytes() == (folder / "vis_image/a_0.png").read_bytes()
    assert page.data["left_out"] == []
