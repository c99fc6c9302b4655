"""What W&B's own objects cannot hold, and what they must not do."""

import gc
import json
import warnings

import numpy as np
import pytest
from PIL import Image

from viz_backend_wandb import WandbVisBackend
from viz_core import RecordingWarning, Visualizer
from viz_core.kinds import videos

#: W&B leaves the folders of its tables' artifacts to whoever collects the garbage.
pytestmark = pytest.mark.filterwarnings("ignore:Implicitly cleaning up:ResourceWarning")


@pytest.fixture(autouse=True)
def _collected():
    """Leave no such folder to tests of other files."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def record(tmp_path):
    """Return a function that records to an offline run, and closes it."""

    def run(call):
        backend = WandbVisBackend(tmp_path / "run", {"mode": "offline"})
        call(backend)
        backend.close()

    return run


def tables(folder):
    found = {}
    for path in sorted(folder.rglob("*.table.json")):
        name = path.name.rsplit("_", 2)[0]
        found.setdefault(name, []).append(json.loads(path.read_text()))
    return found


def test_each_row_of_a_table_is_sent_once(record, tmp_path):
    def call(backend):
        for step in range(4):
            backend.add_table("worst", ["id", "note"], [[step, "a"], ["x", None]], step=step)
        backend.add_table("worst", ["id"], [[9]], step=4)
        backend.add_table("odd", ["global_step"], [[9]], step=4)

    record(call)
    found = tables(tmp_path)
    increments = sorted((part["data"] for part in found["worst"]), key=lambda rows: rows[0][0])
    assert increments == [[[step, step, "a"], [step, "x", None]] for step in range(4)]
    assert found["worst"][0]["columns"] == ["global_step", "id", "note"]
    assert [part["data"] for part in found["worst~2"]] == [[[4, 9]]]
    assert found["odd"][0]["columns"] == ["global_step~", "global_step"]


def test_more_images_than_a_row_takes_are_kept(record, read_run, tmp_path):
    images = np.arange(110 * 12).reshape(110, 2, 2, 3) % 256
    record(lambda backend: backend.add_images("batch", images, step=1))
    counts = {}
    for row, _ in read_run(tmp_path / "run").media():
        counts |= {key: value for key, value in row.items() if key.endswith(".count")}
    assert counts == {"batch.count": 108, "batch/108.count": 2}


def test_more_bins_than_a_histogram_takes_are_joined(record, read_run, tmp_path):
    counts = np.ones(1025)
    record(lambda backend: backend.add_histogram("h", (np.arange(1026.0), counts)))
    ((row, _),) = read_run(tmp_path / "run").media()
    assert len(row["h.values"]) == 342
    assert (sum(row["h.values"]), row["h.bins"][0], row["h.bins"][-1]) == (1025, 0, 1025)
    assert row["h.values"][:2] == [3, 3]


def test_files_stay_in_the_run_under_any_name(record, tmp_path):
    (source := tmp_path / "source.bin").write_bytes(b"x")
    names = ["a.bin", "a/b.bin", "../../up.bin", "b/..", "/abs.bin", "x" * 300]
    names += ["c//d", "c/./d", "/", ".", "...", "_x", "e:f"]

    def call(backend):
        for name in names:
            backend.add_file(source, name)

    record(call)
    ((folder),) = (tmp_path / "run").glob("wandb/offline-run-*/files/files")
    found = [path for path in folder.rglob("*") if path.is_file()]
    assert len(found) == len(names)
    assert {path.read_bytes() for path in found} == {b"x"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "source.bin"]


def test_a_text_shows_every_character(record, tmp_path):
    record(lambda backend: backend.add_text("note", "<script>alert(1)</script> & é"))
    (page,) = tmp_path.rglob("*.html")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; é</pre>" in page.read_text("utf-8")


def test_a_video_is_the_file_that_was_encoded(record, tmp_path, monkeypatch):
    monkeypatch.setattr(videos, "_formats", lambda: ("gif",))
    record(lambda backend: backend.add_video("clip", np.zeros((3, 8, 8, 3), np.uint8), step=2))
    (clip,) = tmp_path.rglob("*.gif")
    assert clip.read_bytes()[:6] == b"GIF89a"


def test_a_visualizer_says_nothing_of_kinds(tmp_path):
    visualizer = Visualizer(
        vis_backends=[dict(type="WandbVisBackend", init_kwargs={"mode": "offline"})],
        save_dir=tmp_path,
        on_backend_error="raise",
    )
    visualizer.add_confusion_matrix("cm", [[1, 2], [3, 4]], ["a", "b"])
    visualizer.add_hparams({"lr": 0.5}, {"acc": 1.0})
    visualizer.close()


def test_a_full_budget_stops_all_but_numbers(tmp_path, read_run):
    (source := tmp_path / "source.bin").write_bytes(b"x" * 2000)
    noise = np.random.default_rng(0).integers(0, 256, (2, 40, 40, 3), np.uint8)
    backend = WandbVisBackend(tmp_path / "run", {"mode": "offline"}, budget_mb=0.001)
    with pytest.warns(RecordingWarning, match="no room for|left out what") as told:
        backend.add_html("fits", "x" * 100)
        backend.add_text("text", "x" * 2000)
        backend.add_image("image", noise[0])
        backend.add_images("images", noise)
        backend.add_table("table", [{"a": "x" * 2000}])
        backend.add_html("page", "x" * 2000)
        backend.add_video("clip", noise)
        backend.add_file(source)
        backend.add_histogram("h", [0.0, 1.0])
        backend.add_scalar("loss", 1.0)
        backend.close()
    assert [str(warning.message).partition("fit: ")[2] for warning in told] == ["", "7 x"]
    run = read_run(tmp_path / "run")
    keys = {key.partition(".")[0] for row in run.rows for key in row}
    assert {"fits", "h", "loss"} <= keys
    assert not keys & {"text", "image", "images", "table", "page", "clip"}


def test_a_chart_is_what_wandbs_own_function_makes(tmp_path, read_run):
    backend = WandbVisBackend(tmp_path / "run", {"mode": "offline"})
    backend.add_confusion_matrix("cm", [[2, 0], [1, 2]], ["a", "b"], step=1)
    theirs = backend.experiment.plot.confusion_matrix(
        y_true=[0, 1, 1, 0, 1], preds=[0, 1, 0, 0, 1], class_names=["a", "b"]
    )
    backend.experiment.log({"their cm": theirs})
    backend.close()
    run = read_run(tmp_path / "run")
    (title, ours), (_, theirs) = run.panel("cm"), run.panel("their cm")
    assert title == "cm, step 1"
    assert ours == theirs
    found = tables(tmp_path)
    (ours,), (theirs,) = ({*map(str, found[f"{key}_table"][:1])} for key in ("cm", "their cm"))
    assert ours == theirs


def test_boxes_and_masks_can_be_switched_on_and_off(record, read_run, tmp_path):
    """Boxes in fractions; masks that overlap, and classes beyond 255, in several keys."""
    masks = np.zeros((3, 20, 40), bool)
    masks[0, 2:9, 4:20] = masks[1, 5:15, 10:30] = masks[2, 16:, :3] = True
    truth = {"masks": masks, "labels": [1, 0, 300]}
    prediction = {
        "bboxes": [[4, 5, 20, 10], [0, 0, np.nan, 9]],
        "labels": [1, 1],
        "scores": [0.75] * 2,
    }
    image = np.zeros((20, 40, 3), np.uint8)
    classes = {0: "cat", 1: "dog", 300: "sky", 7: "far"}
    record(
        lambda backend: backend.add_annotations(
            "val/7", image, truth, prediction, 5, classes=classes, caption="7.jpg", score=0.5
        )
    )
    run = read_run(tmp_path / "run")
    ((row, files),) = run.media()
    assert (row["global_step"], row["val/7.caption"]) == (5, "7.jpg, score 0.5, step 5")
    boxes = json.loads((files / row["val/7.boxes.prediction.path"]).read_text())
    assert boxes["box_data"] == [
        {
            "position": {"minX": 0.1, "minY": 0.25, "maxX": 0.5, "maxY": 0.5},
            "class_id": 2,
            "box_caption": "dog 75%",
            "scores": {"score": 0.75},
        }
    ]
    assert not [key for key in row if key.startswith("val/7.boxes.truth")]
    found = {}
    for key in ("truth", "truth 2", "truth from class 255"):
        found[key] = np.asarray(Image.open(files / row[f"val/7.masks.{key}.path"]))
    assert (found["truth"] == masks[0] * 2).all()
    assert (found["truth 2"] == masks[1] * 1).all()
    assert (found["truth from class 255"] == masks[2] * 46).all()
    names = {
        key.rpartition("_")[2]: each["value"]
        for key, each in run.config["_wandb"]["mask/class_labels"].items()
    }
    assert names == {
        "truth": {"1": "cat", "2": "dog", "8": "far"},
        "truth 2": {"1": "cat", "2": "dog", "8": "far"},
        "truth from class 255": {"46": "sky"},
    }


def test_maps_are_masks_of_the_size_of_the_image_that_is_sent(tmp_path, read_run):
    ids = np.zeros((20, 40), int)
    ids[:, 20:], ids[:10] = 3, 255
    backend = WandbVisBackend(tmp_path / "run", {"mode": "offline"}, max_side=20)
    backend.add_annotations("a", np.zeros((20, 40, 3), np.uint8), {"sem_seg": ids})
    backend.close()
    ((row, files),) = read_run(tmp_path / "run").media()
    mask = np.asarray(Image.open(files / row["a.masks.truth.path"]))
    assert mask.tolist() == [[0] * 20] * 5 + [[1] * 10 + [4] * 10] * 5


@pytest.mark.parametrize("run_id", [None, "i" * 64])
def test_tables_and_charts_may_have_any_name(tmp_path, read_run, run_id):
    names = ["x" * 300, "x" * 299 + "y", "損失", "精度", "a/b c", "..", "é" * 100, "v" * 90]
    names += ["/", "/a", "a:b", "C:", "\\a", "a\\..\\b", "a//b", "a/./b", "."]
    settings = {"mode": "offline"} | ({} if run_id is None else {"id": run_id})
    backend = WandbVisBackend(tmp_path / "run", settings)
    for number, name in enumerate(names):
        backend.add_table(name, ["id"], [[number]])
        backend.add_table(name, ["id", "loss"], [[number, 0.5]])
        backend.add_confusion_matrix(f"cm {name}", [[number]])
    backend.close()
    run = read_run(tmp_path / "run")
    keys = {key.removesuffix("._type") for row in run.rows for key in row if "._type" in key}
    assert len(keys) == 3 * len(names)
    assert {"損失", "精度~2", "cm 損失_table", "a/b c"} <= keys
    found = sorted(
        part["data"][0][1]
        for parts in tables(tmp_path).values()
        for part in parts
        if len(part["columns"]) == 2
    )
    assert found == [*range(len(names))]


def test_shapes_that_wandb_has_not_are_told_once(record, read_run, tmp_path):
    image = np.zeros((20, 40, 3), np.uint8)
    turned = {"rotated_bboxes": [[20, 10, 10, 4, 90]], "labels": [0]}
    pose = {"keypoints": [[[4, 5], [24, 15]]], "labels": [0]}
    with pytest.warns(RecordingWarning, match="neither turned boxes nor keypoints") as told:
        record(
            lambda backend: [backend.add_annotations("a", image, turned, pose, i) for i in (1, 2)]
        )
    assert len(told) == 1
    (row, files), _ = read_run(tmp_path / "run").media()
    positions = [
        json.loads((files / row[f"a.boxes.{side}.path"]).read_text())["box_data"][0]["position"]
        for side in ("truth", "prediction")
    ]
    assert [list(position.values()) for position in positions] == [
        pytest.approx([18 / 40, 5 / 20, 22 / 40, 15 / 20]),
        pytest.approx([4 / 40, 5 / 20, 24 / 40, 15 / 20]),
    ]
