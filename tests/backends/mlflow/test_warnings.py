"""Every warning of the backend names the line of the user's own script."""

import pytest
from user_scripts import run_scripts, untried

pytestmark = pytest.mark.xdist_group("warnings")

COMMON = """
import socket, time
import numpy as np
from viz_core import Visualizer

LOCAL = dict(type="MLflowVisBackend")
refusing = socket.socket()  # bound, so that nobody else listens there
refusing.bind(("127.0.0.1", 0))
url = f"http://127.0.0.1:{refusing.getsockname()[1]}"
REMOTE = dict(type="MLflowVisBackend", tracking_uri=url, timeout=0.5)
"""

#: By name: what is told, and the script.
SCRIPTS = {
    "infinite": (
        "'(loss' is inf|lr' is -inf), which MLflow",
        """
visualizer = Visualizer(vis_backends=[LOCAL], save_dir=FOLDER)
visualizer.add_scalar("loss", float("inf"))  # told
visualizer.add_scalars({"lr": float("-inf"), "acc": 1})  # told
visualizer.close()
""",
    ),
    "deleted": (
        r"records\.jsonl was deleted",
        """
visualizer = Visualizer(vis_backends=[REMOTE], save_dir=FOLDER)
visualizer.add_image("a", np.zeros((4, 4, 3), np.uint8))
for path in FOLDER.rglob("records.jsonl"):
    path.unlink()
time.sleep(0.1)
visualizer.add_image("b", np.zeros((4, 4, 3), np.uint8))  # told
""",
    ),
    "unsent": (
        r"MLflowVisBackend: \d records are not sent",
        """
visualizer = Visualizer(vis_backends=[REMOTE], save_dir=FOLDER)
visualizer.add_scalar("loss", 1)
visualizer.flush()  # told
visualizer.close()  # told
""",
    ),
    "in the background": (
        "'loss' is inf|records are not sent",
        """
visualizer = Visualizer(vis_backends=[REMOTE], save_dir=FOLDER, background=True)
visualizer.add_scalar("loss", float("inf")), visualizer.flush()  # told
visualizer.close(timeout=60)  # told
""",
    ),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return each script, after they were run."""
    folder = tmp_path_factory.mktemp("scripts")
    sources = {name: COMMON + source for name, (_, source) in SCRIPTS.items()}
    return run_scripts(
        folder,
        sources,
        imports=["viz_core.testing.programs", "mlflow.store.tracking.sqlalchemy_store"],
    )


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_names_the_users_line(told, name):
    assert told[name].faults(SCRIPTS[name][0]) == []


def test_every_place_that_warns_was_tried(told):
    assert untried("viz_backend_mlflow", told) == set()
