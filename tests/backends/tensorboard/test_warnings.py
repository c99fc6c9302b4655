"""Every warning of the backend names the line of the user's own script."""

import pytest
from user_scripts import run_scripts, untried

pytestmark = pytest.mark.xdist_group("warnings")

COMMON = """
from viz_backend_tensorboard import TensorboardVisBackend
from viz_core import Visualizer

def delete():
    for path in FOLDER.rglob("events.out.tfevents.*"):
        path.unlink()
"""

#: By name: what is told, and the script.
SCRIPTS = {
    "no room": (
        "has no room for a record|left out what did not fit: 2 x",
        """
backend = TensorboardVisBackend(FOLDER, budget_mb=1e-6)
visualizer = Visualizer(vis_backends=[backend])
visualizer.add_text("a", "bc")  # told
visualizer.add_text("a", "bc")
visualizer.close()  # told
""",
    ),
    "overflow": (
        "'loss' is recorded as infinite: 1e.300 does not fit float32",
        """
visualizer = Visualizer(vis_backends=[TensorboardVisBackend(FOLDER)])
visualizer.add_scalar("loss", 1e300)  # told
visualizer.add_scalars({"loss": 1e300, "acc": 1})  # told
TensorboardVisBackend(FOLDER).add_scalar("loss", 1e300)  # told
""",
    ),
    "deleted": (
        "was deleted while it was written to",
        """
visualizer = Visualizer(vis_backends=[TensorboardVisBackend(FOLDER)])
visualizer.add_scalar("loss", 1)
delete()
visualizer.add_scalar("loss", 2)  # told
""",
    ),
    "in the background": (
        "'loss' is recorded as infinite|was deleted while it was written to",
        """
visualizer = Visualizer(vis_backends=[TensorboardVisBackend(FOLDER)], background=True)
visualizer.add_scalar("loss", 1e300), visualizer.flush()  # told
delete()
visualizer.add_scalar("loss", 2), visualizer.flush()  # told
visualizer.close()
""",
    ),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return each script, after they were run."""
    folder = tmp_path_factory.mktemp("scripts")
    return run_scripts(folder, {name: COMMON + source for name, (_, source) in SCRIPTS.items()})


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_names_the_users_line(told, name):
    assert told[name].faults(SCRIPTS[name][0]) == []


def test_every_place_that_warns_was_tried(told):
    assert untried("viz_backend_tensorboard", told) == set()
