"""Every warning of the backend names the line of the user's own script."""

import pytest
from opening import IMPORTS
from user_scripts import run_scripts, untried

pytestmark = pytest.mark.xdist_group("warnings")

COMMON = """
from service import kill_service
from viz_backend_wandb import WandbVisBackend
from viz_core import Visualizer

OFFLINE = dict(type="WandbVisBackend", init_kwargs=dict(mode="offline"))
"""

#: By name: what is told, and the script.
SCRIPTS = {
    "gone": (
        "wandb-core, the process that writes the run, is gone",
        """
visualizer = Visualizer(vis_backends=[OFFLINE], save_dir=FOLDER)
visualizer.add_scalar("loss", 1)
kill_service(visualizer.get_backend("WandbVisBackend"))
visualizer.add_scalar("loss", 2)  # told
visualizer.close()
""",
    ),
    "alone": (
        "wandb-core, the process that writes the run, is gone",
        """
backend = WandbVisBackend(FOLDER, init_kwargs=dict(mode="offline"))
backend.add_scalar("loss", 1)
kill_service(backend)
backend.add_scalar("loss", 2)  # told
backend.close()
""",
    ),
    "in the background": (
        "wandb-core, the process that writes the run, is gone",
        """
visualizer = Visualizer(vis_backends=[OFFLINE], save_dir=FOLDER, background=True)
visualizer.add_scalar("loss", 1)
visualizer.flush()
kill_service(visualizer.get_backend("WandbVisBackend"))
visualizer.add_scalar("loss", 2), visualizer.flush()  # told
visualizer.close()
""",
    ),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return each script, after they were run."""
    folder = tmp_path_factory.mktemp("scripts")
    sources = {name: COMMON + source for name, (_, source) in SCRIPTS.items()}
    return run_scripts(folder, sources, imports=IMPORTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_names_the_users_line(told, name):
    assert told[name].faults(SCRIPTS[name][0]) == []


def test_every_place_that_warns_was_tried(told):
    # That one needs torch: test_warnings_torch.py.
    assert untried("viz_backend_wandb", told) == {"log_tensor_stats"}
