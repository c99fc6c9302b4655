"""The command `viz`, as `python -m viz_core`."""

import sys

from viz_core.cli import main

__all__: list[str] = []

if __name__ == "__main__":
    sys.exit(main())
