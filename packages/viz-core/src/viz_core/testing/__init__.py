"""For authors of backends: the contract and the faults that every backend meets, as tests.

pytest is needed to run them, not to import this.
"""

from viz_core.testing.case import BackendCase, evaluate_config
from viz_core.testing.contract import BackendContract
from viz_core.testing.faults import BackendFaults
from viz_core.testing.images import assert_images_close

__all__ = [
    "BackendCase",
    "BackendContract",
    "BackendFaults",
    "assert_images_close",
    "evaluate_config",
]
