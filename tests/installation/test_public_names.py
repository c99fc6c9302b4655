"""What 0.1 called its public things, which users have written down: all of it stays.

New names may stand beside these. Who removes or moves one of them breaks configs and programs.
"""

import importlib
import inspect
import json
from importlib.metadata import requires, version
from importlib.util import find_spec

import pytest

from viz_core.testing.processes import run_python

pytestmark = pytest.mark.xdist_group("packages")

#: What ``from <module> import ...`` gave.
NAMES = {
    "viz_core": """
        VISBACKENDS VISUALIZERS BaseVisBackend Canvas InstanceError LocalVisBackend
        MissingSaveDirError NamedInstances PluginError PluginWarning RankError Recorder
        RecordingError RecordingWarning Registry RunConfig UnknownTypeError Visualizer VizError
        VizWarning as_array as_config as_image as_name as_scalar as_step capture draw_featmap
        get_rank get_world_size hookimpl is_main_process read_scalars
    """,
    "viz_core.testing": """
        BackendCase BackendContract BackendFaults assert_images_close evaluate_config
    """,
    "viz_backend_tensorboard": "TensorboardVisBackend",
    "viz_backend_wandb": "WandbVisBackend",
    "viz_backend_mlflow": "MLflowVisBackend",
    "viz_mmdet_adapter": "DetLocalVisualizer get_palette jitter_color palette_val",
    "viz_report": "Report write_report",
}

#: The arguments of constructors; those behind ``*`` are keywords, the others have this position.
ARGUMENTS = {
    "viz_core:BaseVisBackend": "save_dir",
    "viz_core:Canvas": "image",
    "viz_core:LocalVisBackend": (
        "save_dir img_save_dir config_save_file scalar_save_file * image_format quality"
    ),
    "viz_core:NamedInstances": "name",
    "viz_core:Recorder": "backends * on_backend_error ranks background queue_bytes",
    "viz_core:RecordingError": "message failures",
    "viz_core:Registry": "kind plugins question homes reserved create builtin",
    "viz_core:RunConfig": "values pretty_text original",
    "viz_core:Visualizer": (
        "name image vis_backends save_dir fig_save_cfg fig_show_cfg"
        " * on_backend_error ranks background"
    ),
    "viz_backend_tensorboard:TensorboardVisBackend": "save_dir * resume",
    "viz_backend_wandb:WandbVisBackend": (
        "save_dir init_kwargs define_metric_cfg commit log_code_name watch_kwargs"
        " * open_timeout finish_timeout flush_interval capture_console system_metrics"
    ),
    "viz_backend_mlflow:MLflowVisBackend": (
        "save_dir exp_name run_name tags params tracking_uri artifact_suffix tracked_config_keys"
        " artifact_location * run_id interval batch_size timeout"
    ),
    "viz_mmdet_adapter:DetLocalVisualizer": (
        "name image vis_backends save_dir bbox_color text_color mask_color line_width alpha"
        " * on_backend_error ranks background fig_save_cfg fig_show_cfg"
    ),
}

#: What the ``type`` of a config could say, beside a class: the registry, and who provides it.
TYPES = {
    "LocalVisBackend": ("VISBACKENDS", "viz_core"),
    "mmengine.LocalVisBackend": ("VISBACKENDS", "viz_core"),
    "viz_core:LocalVisBackend": ("VISBACKENDS", "viz_core"),
    "TensorboardVisBackend": ("VISBACKENDS", "viz_backend_tensorboard"),
    "WandbVisBackend": ("VISBACKENDS", "viz_backend_wandb"),
    "MLflowVisBackend": ("VISBACKENDS", "viz_backend_mlflow"),
    "Visualizer": ("VISUALIZERS", "viz_core"),
    "DetLocalVisualizer": ("VISUALIZERS", "viz_mmdet_adapter"),
    "mmdet.DetLocalVisualizer": ("VISUALIZERS", "viz_mmdet_adapter"),
}

OURS = [name for name in NAMES if find_spec(name.partition(".")[0])]


def installed(table, package):
    """Return the entries of ``table`` whose package is there."""
    return [key for key in table if package(key) in OURS]


@pytest.mark.parametrize("module", OURS)
def test_every_name_is_still_there(module):
    there = importlib.import_module(module)
    assert set(NAMES[module].split()) - set(there.__all__) == set()
    assert [name for name in there.__all__ if not hasattr(there, name)] == []


@pytest.mark.parametrize("package", [name for name in OURS if "." not in name])
def test_dir_lists_what_is_public_and_nothing_else(package):
    there = importlib.import_module(package)
    assert sorted(name for name in dir(there) if name[:2] != "__") == sorted(there.__all__)


@pytest.mark.parametrize("cls", installed(ARGUMENTS, lambda key: key.partition(":")[0]))
def test_every_constructor_still_takes_its_arguments(cls):
    module, _, name = cls.partition(":")
    parameters = inspect.signature(getattr(importlib.import_module(module), name)).parameters
    by_position, _, by_keyword = ARGUMENTS[cls].partition("*")
    positional = [p.name for p in parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert positional[: len(by_position.split())] == by_position.split()
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    assert takes_any or set(by_keyword.split()) <= set(parameters)


FIND = """
import json, sys, viz_core
found = {k: getattr(viz_core, registry).get(k) for k, registry in json.loads(sys.argv[1])}
print(json.dumps({k: cls.__module__.partition(".")[0] for k, cls in found.items()}))
"""


@pytest.fixture(scope="module")
def found():
    """Return which package each type comes from, in a process where no test registered any."""
    kinds = [(kind, TYPES[kind][0]) for kind in installed(TYPES, lambda key: TYPES[key][1])]
    done = run_python(FIND, json.dumps(kinds), imports=("viz_core",))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("kind", installed(TYPES, lambda key: TYPES[key][1]))
def test_every_type_of_a_config_is_still_found(kind, found):
    assert found[kind] == TYPES[kind][1]


@pytest.mark.parametrize("module", [name for name in OURS if "." not in name])
def test_a_package_says_its_version_and_which_core_it_needs(module):
    package = module.replace("_", "-")
    assert importlib.import_module(module).__version__ == version(package)
    core = [text for text in requires(package) or () if text.startswith("viz-core")]
    assert core == ([] if module == "viz_core" else ["viz-core<0.3,>=0.2.0"])
