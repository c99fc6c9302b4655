"""What `import viz_mmdet_adapter.mmengine` leaves until it is used."""

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest

#: What draws, records, encodes and reads samples.
LATER = {
    "viz_core.annotations",
    "viz_core.backends.local",
    "viz_core.drawing.boxes",
    "viz_core.drawing.labels",
    "viz_core.files.append_log",
    "viz_core.files.encoding",
    "viz_core.files.png",
    "viz_core.kinds.fallbacks",
    "viz_mmdet_adapter.mmengine.detection",
    "viz_mmdet_adapter.mmengine.figure",
    "viz_mmdet_adapter.visualizer",
}
CODE = """
import json, sys
import mmengine.visualization
before = {*sys.modules}
import viz_mmdet_adapter.mmengine
print(json.dumps(sorted({*sys.modules} - before)))
"""


@pytest.mark.takes(3)
def test_nothing_is_imported_that_draws_or_records():
    assert all(map(find_spec, LATER))  # by their names of today
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    imported = set(json.loads(done.stdout.splitlines()[-1]))
    assert "viz_mmdet_adapter.mmengine.visualizer" in imported
    assert not imported & LATER
    ours = ("viz_core", "viz_mmdet_adapter", "numpy")
    assert {name for name in imported if name.partition(".")[0] not in ours} == set()
