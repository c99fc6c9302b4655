"""Importing MMEngine and SwanLab warns of what their own dependencies deprecate; ours must not."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mmengine  # noqa: F401
    import swanlab.integration.mmengine  # noqa: F401
