"""Found by name, once the package is installed."""

import pytest

from viz_core import VISBACKENDS


def test_the_name_in_a_config_is_enough(tmp_path):
    backend = VISBACKENDS.build({"type": "WandbVisBackend", "save_dir": str(tmp_path)})
    assert type(backend).__module__ == "viz_backend_wandb.backend"
    assert backend is not VISBACKENDS.build({"type": "WandbVisBackend"})


def test_a_wrong_argument_is_an_error_at_once():
    with pytest.raises(TypeError, match="folder"):
        VISBACKENDS.build({"type": "WandbVisBackend", "folder": "x"})


def test_nothing_imports_wandb_before_a_record(run_python):
    program = """
import sys
from viz_core import VISBACKENDS
assert "WandbVisBackend" in VISBACKENDS.names()
import viz_backend_wandb
from viz_backend_wandb import WandbVisBackend
backend = WandbVisBackend("run", dict(project="p"))
backend.close()
assert "wandb" not in sys.modules
"""
    done = run_python(program, imports=())
    assert done.returncode == 0, done.stderr


def test_the_package_has_no_other_names():
    import viz_backend_wandb

    assert viz_backend_wandb.__all__ == ["WandbVisBackend"]
    with pytest.raises(AttributeError, match="has no attribute 'Wandb'"):
        viz_backend_wandb.Wandb  # noqa: B018  # the access is what is tried
