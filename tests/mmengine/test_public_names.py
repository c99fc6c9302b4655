"""What MMEngine imports by the path that configs of 0.1 name stays where it was."""

import importlib

import pytest


@pytest.mark.parametrize("name", ["Visualizer", "DetLocalVisualizer", "SamplesHook"])
def test_every_dotted_type_is_still_found(name):
    assert isinstance(getattr(importlib.import_module("viz_mmdet_adapter.mmengine"), name), type)
