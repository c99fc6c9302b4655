"""Every record of every rank is there, and which stands is settled."""

import numpy as np
import pytest

from viz_core import LocalVisBackend, read_run


def ranks(folder, *, also_alone=False):
    """Record the same names and steps on three ranks."""
    backends = {rank: LocalVisBackend(folder / f"vis_data/rank_{rank}") for rank in (0, 1, 10)}
    if also_alone:  # as before every rank recorded
        backends = {"alone": LocalVisBackend(folder / "vis_data"), **backends}
    for rank, backend in backends.items():
        backend.add_text("note", f"of {rank}", 3)
        backend.add_image("i", np.full((2, 2, 3), 7 if rank == "alone" else rank, np.uint8), 3)
        backend.add_table("t", ["rank"], [[rank]], 3)
        backend.add_histogram("w", [0.0] * 2 if rank == "alone" else [0.0] * (3 + rank), 3, bins=1)
        backend.add_file(__file__, f"f{rank}.py")
        backend.add_file(__file__, "same.py")
        backend.add_hparams({"rank": rank})
        backend.add_config({"rank": rank})
        backend.add_scalar("loss", 1, 3)
        backend.close()


def test_nothing_of_a_rank_is_lost(tmp_path):
    ranks(tmp_path)
    run = read_run(tmp_path)
    assert run.ranks == [0, 1, 10]
    assert run.texts["note"][3] == "of 0"
    found = [(r.step, r.rank, r.session, r.read()) for r in run.texts["note"].records]
    assert found == [(3, 0, 1, "of 0"), (3, 1, 1, "of 1"), (3, 10, 1, "of 10")]
    assert [record.read().max() for record in run.images["i"].records] == [0, 1, 10]
    assert [record.read().rows for record in run.tables["t"].records] == [[(0,)], [(1,)], [(10,)]]
    assert [record.read().counts.sum() for record in run.histograms["w"].records] == [3, 4, 13]
    assert {*run.files} == {"f0.py", "f1.py", "f10.py", "same.py"}
    assert "rank_0" in run.files["same.py"].parts
    assert run.hparams.hparams == {"rank": 0}
    assert [session.config for session in run.sessions] == [{"rank": n} for n in (0, 1, 10)]


def test_a_rank_can_be_asked_for(tmp_path):
    ranks(tmp_path)
    run = read_run(tmp_path)
    of_ten = run.of_rank(10)
    assert (of_ten.ranks, of_ten.name) == (run.ranks, run.name)
    assert (of_ten.texts["note"][3], of_ten.tables["t"][3].rows) == ("of 10", [(10,)])
    assert of_ten.histograms["w"][3].counts.tolist() == [13]
    assert of_ten.images["i"][3].max() == 10
    assert of_ten.scalars["loss"].ranks.tolist() == [10]
    assert ({*of_ten.files}, of_ten.hparams.hparams) == ({"f10.py", "same.py"}, {"rank": 10})
    assert [session.config for session in of_ten.sessions] == [{"rank": 10}]
    assert of_ten.since(run.cursor).texts == {}
    LocalVisBackend(tmp_path / "vis_data/rank_1").add_text("later", "of 1")
    assert of_ten.since(of_ten.cursor).texts == {}
    assert {*run.of_rank(1).since(of_ten.cursor).texts} == {"later"}
    with pytest.raises(ValueError, match=r"rank 2 recorded nothing here; .*\[0, 1, 10\]"):
        run.of_rank(2)


def test_what_was_recorded_before_every_rank_did_stays(tmp_path):
    ranks(tmp_path, also_alone=True)
    run = read_run(tmp_path)
    assert run.ranks == [0, 1, 10]
    texts = [(record.rank, record.read()) for record in run.texts["note"].records]
    assert texts == [(0, "of alone"), (0, "of 0"), (1, "of 1"), (10, "of 10")]
    assert run.texts["note"][3] == "of 0"
    assert [h.read().counts.sum() for h in run.histograms["w"].records] == [2, 3, 4, 13]
    assert (len(run.sessions), len(run.scalars["loss"].values)) == (4, 4)
    assert {"falone.py", "f0.py"} <= {*run.of_rank(0).files}


def test_all_lines_of_a_step_are_there_and_the_last_stands(tmp_path):
    backend = LocalVisBackend(tmp_path)
    for count in (1, 2, 3):
        backend.add_histogram("w", [0.5] * count, 5, bins=1)
    found = read_run(tmp_path).histograms["w"]
    assert (found[5].counts.tolist(), len(found)) == ([3], 1)
    assert [record.read().counts.tolist() for record in found.records] == [[1], [2], [3]]


def test_ranks_are_merged(tmp_path):
    for rank in (0, 1, 10):
        backend = LocalVisBackend(tmp_path / f"vis_data/rank_{rank}")
        backend.add_scalar("loss", rank, 1)
        backend.add_image(f"r{rank}", np.zeros((2, 2), np.uint8))
        backend.add_histogram("w", [1.0], rank)
    run = read_run(tmp_path)
    assert run.scalars["loss"].ranks.tolist() == [0, 1, 10]
    assert run.scalars["loss"].values.tolist() == [0, 1, 10]
    assert {*run.images} == {"r0", "r1", "r10"}
    assert [*run.histograms["w"]] == [0, 1, 10]
