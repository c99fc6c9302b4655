"""``read_run(URL)`` gives back what ``read_run(folder)`` does, and fetches what is touched."""

import gc

import fsspec
import numpy as np
import pytest
from copied_runs import in_memory
from fsspec.implementations.memory import MemoryFileSystem

from viz_core import Visualizer, read_run

IMAGE = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
STORE = fsspec.filesystem("memory")


@pytest.fixture
def url(request):
    return f"memory://{request.node.name}/run-7"


@pytest.fixture
def fetched(monkeypatch):
    """The objects that were got as files, in their order."""
    paths, get = [], MemoryFileSystem.get_file

    def get_file(self, path, *arguments, **options):
        paths.append(path.partition("/run-7/")[2])
        get(self, path, *arguments, **options)

    monkeypatch.setattr(MemoryFileSystem, "get_file", get_file)
    return paths


def make(folder, url, **options):
    local = [dict(type="LocalVisBackend")]
    return Visualizer(vis_backends=local, save_dir=folder, remote=url, **options)


def record_all(visualizer, folder, step=1):
    given = folder / "given.bin"
    given.write_bytes(b"given")
    visualizer.add_config({"lr": 0.1 * step})
    visualizer.add_scalars({"loss": 0.5, "acc": step}, step=step)
    visualizer.add_image("train/a [0]*?#&%41", IMAGE, step=step)
    visualizer.add_image("n" * 300, IMAGE // 2, step=step)
    visualizer.add_histogram("weights", np.arange(9), step=step)
    visualizer.add_text("note", "# ä", step=step)
    visualizer.add_table("worst", [{"id": step}], step=step)
    visualizer.add_hparams({"lr": 0.1}, {"acc": 1.0})
    visualizer.add_html("page", "<p>", step=step)
    visualizer.add_file(given, "given.bin")
    visualizer.add_video("clip", np.zeros((3, 16, 16, 3), np.uint8), step=step)
    visualizer.add_annotations("val", IMAGE, {"bboxes": [[1, 2, 8, 9]], "labels": [0]}, step=step)


def plain(run):
    """Return what a run holds in values that can be compared."""
    return {
        "sessions": run.sessions,
        "scalars": {
            name: (*map(list, (each.steps, each.values, each.ranks)),)
            for name, each in run.scalars.items()
        },
        "images": {n: {s: i.tolist() for s, i in by.items()} for n, by in run.images.items()},
        "texts": {name: dict(by) for name, by in run.texts.items()},
        "html": {name: dict(by) for name, by in run.html.items()},
        "tables": {name: {s: t.rows for s, t in by.items()} for name, by in run.tables.items()},
        "histograms": {
            n: {s: h.counts.tolist() for s, h in by.items()} for n, by in run.histograms.items()
        },
        "videos": {n: {s: p.read_bytes() for s, p in by.items()} for n, by in run.videos.items()},
        "files": {name: run.fetch(path).read_bytes() for name, path in run.files.items()},
        "annotations": {
            n: {s: (a.image.tolist(), a.truth.bboxes.tolist()) for s, a in by.items()}
            for n, by in run.annotations.items()
        },
        "hparams": run.hparams,
        "failures": run.failures,
        "ranks": run.ranks,
        "skipped": run.skipped,
    }


def test_a_copy_reads_as_the_run(tmp_path, url):
    visualizer = make(tmp_path, url)
    for step in range(3):
        record_all(visualizer, tmp_path, step)
        visualizer.close()
    here, there = read_run(tmp_path), read_run(url)
    assert there.name == "run-7"
    assert plain(there) == plain(here)
    assert len(there.images["train/a [0]*?#&%41"]) == 3


def test_files_are_fetched_when_they_are_touched_and_once(tmp_path, url, fetched):
    with make(tmp_path, url) as visualizer:
        for step in range(5):
            visualizer.add_image("a", IMAGE, step=step)
            visualizer.add_scalar("loss", 0.5, step=step)
    run = read_run(url)
    assert run.scalars["loss"].values.tolist() == [0.5] * 5
    assert [*run.images["a"]] == [0, 1, 2, 3, 4]
    record = run.images["a"].records[3]
    assert record.place.stat().st_size > 100
    assert fetched == []
    assert (run.images["a"][3] == IMAGE).all()
    assert (run.images["a"][3] == IMAGE).all()
    assert record.path.read_bytes() == (tmp_path / "vis_data/vis_image/a_3.png").read_bytes()
    assert fetched == ["vis_image/a_3.png"]


def test_reads_on_from_where_it_was(tmp_path, url, fetched):
    visualizer = make(tmp_path, url)
    record_all(visualizer, tmp_path, 1)
    visualizer.close()
    first = read_run(url)
    assert (first.images["n" * 300][1] == IMAGE // 2).all()
    nothing = first.since(first.cursor)
    assert not nothing.scalars
    assert not nothing.images
    visualizer.add_scalar("loss", 0.25, step=2)
    visualizer.add_image("b", IMAGE, step=2)
    visualizer.add_config({"lr": 0.5})
    visualizer.close()
    new = first.since(first.cursor)
    assert new.scalars["loss"].steps.tolist() == [2]
    assert [*new.images] == ["b"]
    assert new.sessions[0].config == {"lr": 0.5}
    assert not new.since(new.cursor).images


def test_an_image_that_was_replaced_is_fetched_again(tmp_path, url):
    visualizer = make(tmp_path, url)
    visualizer.add_image("a", IMAGE, step=1)
    visualizer.close()
    run = read_run(url)
    assert (run.images["a"][1] == IMAGE).all()
    visualizer.add_image("a", 255 - IMAGE, step=1)
    visualizer.close()
    assert (run.since(run.cursor).images["a"][1] == 255 - IMAGE).all()


def test_ranks_of_two_nodes_are_one_run(tmp_path, url, monkeypatch):
    for rank in (0, 1, 10):
        monkeypatch.setenv("RANK", str(rank))
        with make(tmp_path / f"node{rank}", url, ranks="all") as visualizer:
            visualizer.add_scalar("loss", rank, step=3)
            visualizer.add_image("a", np.full_like(IMAGE, rank), step=3)
    run = read_run(url)
    assert run.ranks == [0, 1, 10]
    assert run.scalars["loss"].values.tolist() == [0, 1, 10]
    assert [record.read()[0, 0, 0] for record in run.images["a"].records] == [0, 1, 10]
    assert run.of_rank(10).images["a"][3][0, 0, 0] == 10


def test_a_part_that_is_missing_ends_the_file_and_one_that_is_there_twice_does_not_count(url):
    lines = [b'{"a": %d, "step": %d}\n' % (step, step) for step in range(10)]
    size = len(lines[0])

    def put(first, last):
        STORE.pipe_file(f"{url}/scalars.json.parts/0-{first * size}", b"".join(lines[first:last]))

    put(0, 3)
    put(2, 5)  # as where the memory of a folder was lost
    put(6, 8)
    run = read_run(url)
    assert run.scalars["a"].steps.tolist() == [0, 1, 2, 3, 4]
    put(5, 6)
    assert run.since(run.cursor).scalars["a"].steps.tolist() == [5, 6, 7]


def test_a_folder_that_was_copied_by_hand_is_read_too(tmp_path, url):
    with Visualizer(vis_backends=[dict(type="LocalVisBackend")], save_dir=tmp_path) as visualizer:
        record_all(visualizer, tmp_path)
    STORE.put(f"{tmp_path}/", f"{url}/", recursive=True)
    assert plain(read_run(url)) == plain(read_run(tmp_path))


@pytest.mark.parametrize("ranks", ["main", "all"])
def test_a_folder_in_which_a_store_has_a_run_is_read_as_its_url(tmp_path, ranks):
    folder = tmp_path / "a copy"
    with make(tmp_path / "local", f"file://{folder}", ranks=ranks) as visualizer:
        record_all(visualizer, tmp_path)
    copied = read_run(folder)
    assert plain(copied) == plain(read_run(f"file://{folder}"))
    assert copied.scalars["acc"].steps.tolist() == [1]
    assert copied.name == "a copy"


def test_keys_that_leave_the_folder_are_passed_over(tmp_path, url):
    STORE.pipe_file(f"{url}/scalars.json.parts/0-0", b'{"a": 1, "step": 1}\n')
    for key in ("vis_image/../../x_1.png", "../y.json", "vis_image/" + "n" * 300 + "_1.png"):
        STORE.store[f"/{url[9:]}/{key}"] = STORE.store[f"/{url[9:]}/scalars.json.parts/0-0"]
    run = read_run(url)
    assert run.scalars["a"].steps.tolist() == [1]
    assert not run.images
    above = run.folder.parents[1]
    assert {path.name for path in above.rglob("*") if path.is_file()} == {"scalars.json"}


def test_the_copy_of_the_copy_goes_with_the_run(tmp_path, url):
    with make(tmp_path, url) as visualizer:
        visualizer.add_image("a", IMAGE, step=1)
    run = read_run(url)
    folder, record = run.folder, run.images["a"].records[0]
    del run
    gc.collect()
    assert (record.read() == IMAGE).all()
    del record
    gc.collect()
    assert not folder.exists()


@pytest.mark.parametrize(
    ("where", "kind", "text"),
    [
        (
            "memory://me:password@none/run?key=abc",
            FileNotFoundError,
            r"no run in 'memory://\*\*\*@none/run\?key=\*\*\*'",
        ),
        ("file:///dev/null/run", FileNotFoundError, "no run in 'file:///dev/null/run'"),
        ("nowhere://a", ValueError, "fsspec knows no nowhere"),
    ],
)
def test_where_there_is_none_it_says_so(where, kind, text):
    with pytest.raises(kind, match=text):
        read_run(where)
    assert in_memory("memory://none") == {}
