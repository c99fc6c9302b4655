"""Found by name, once the package is installed."""

import pytest

from viz_core import VISBACKENDS


def test_the_name_in_a_config_is_enough(tmp_path):
    backend = VISBACKENDS.build({"type": "TensorboardVisBackend", "save_dir": str(tmp_path)})
    assert type(backend).__module__ == "viz_backend_tensorboard.backend"
    assert backend is not VISBACKENDS.build({"type": "TensorboardVisBackend"})


def test_a_wrong_argument_is_an_error_at_once():
    with pytest.raises(TypeError, match="folder"):
        VISBACKENDS.build({"type": "TensorboardVisBackend", "folder": "x"})


def test_finding_it_does_not_import_tensorboard(run_python):
    program = """
import sys
from viz_core import VISBACKENDS
names = VISBACKENDS.names()
assert "TensorboardVisBackend" in names, names
import viz_backend_tensorboard
assert "tensorboard" not in sys.modules and "google.protobuf" not in sys.modules
"""
    done = run_python(program, imports=())
    assert done.returncode == 0, done.stderr


def test_the_package_has_no_other_names():
    import viz_backend_tensorboard

    assert viz_backend_tensorboard.__all__ == ["TensorboardVisBackend"]
    with pytest.raises(AttributeError, match="has no attribute 'Tensorboard'"):
        viz_backend_tensorboard.Tensorboard  # noqa: B018  # the access is what is tried
