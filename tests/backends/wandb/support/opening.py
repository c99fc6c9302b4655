"""What programs are to find imported, which W&B imports to open a run: it takes longest."""

IMPORTS = ("viz_core.testing.programs", "wandb.sdk.launch", "PIL.Image", "requests", "yaml")
