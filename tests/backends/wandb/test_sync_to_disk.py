"""`flush(sync=True)` has the disk keep every file of ours, and every folder of a new one."""

import pytest
import synced
from synced import find_unsynced

pytestmark = pytest.mark.xdist_group("sync_to_disk")

# strace on a busy machine makes wandb-core slower than anybody would wait for.
PATIENT = """
from viz_backend_wandb import run, session
run._GRACE = session._GRACE = 60.0
"""
RECORD = synced.RECORD.replace(
    "BACKEND", 'dict(type="WandbVisBackend", init_kwargs=dict(mode="offline"))'
)

#: By its folder: the program.
PROGRAMS = {
    "closed": RECORD.replace("flush(sync=True)", "close()") + "visualizer.flush(sync=True)\n",
    "open": RECORD,
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a folder with that of each program, and what of it is not with the disk.

    One process runs both, since it takes long to import W&B under strace.
    """
    folder = tmp_path_factory.mktemp("synced") / "run"
    programs = [
        program.replace("sys.argv[1]", f"sys.argv[1] + '/{name}/new'")
        for name, program in PROGRAMS.items()
    ]
    return folder, find_unsynced("\n".join([PATIENT, *programs]), folder)


@pytest.mark.takes(2)
def test_the_records_and_images_of_a_run_are_with_the_disk(run):
    folder, unsynced = run
    assert list(folder.glob("open/**/*.png"))
    assert list(folder.glob("open/**/*.wandb"))
    # W&B goes on to make files of its own in the folders above.
    ours = (".wandb", ".png", "media/images/val")
    left = [path for path in unsynced if path.startswith("run/open/")]
    assert [path for path in left if path.endswith(ours)] == []


def test_a_run_that_was_closed_is_with_the_disk(run):
    folder, unsynced = run
    assert list(folder.glob("closed/**/*.wandb"))
    left = [path for path in unsynced if path.startswith("run/closed/")]
    assert [path for path in left if path.endswith((".png", ".wandb"))] == []
