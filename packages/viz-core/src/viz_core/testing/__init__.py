"""What tests need: the contract and the faults of backends, and photos to try things on.

The first two are tests that authors of backends inherit. pytest is needed to run them, not to
import this.
"""

from viz_core.testing.case import BackendCase, evaluate_config
from viz_core.testing.contract import BackendContract
from viz_core.testing.faults import BackendFaults
from viz_core.testing.images import assert_images_close
from viz_core.testing.scenes import sample_detections, sample_meta, sample_photo

__all__ = [
    "BackendCase",
    "BackendContract",
    "BackendFaults",
    "assert_images_close",
    "evaluate_config",
    "sample_detections",
    "sample_meta",
    "sample_photo",
]
