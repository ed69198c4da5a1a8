"""The command `econsim`, which `python -m econsim` is too."""

from __future__ import annotations

import sys
import time


def main() -> int:
    """Run it. Ctrl-C while it is being imported ends it as quietly as later."""
    begun = time.time()
    try:
        from econsim.cli import main as command
    except KeyboardInterrupt:
        return 130
    return command(begun=begun)


if __name__ == "__main__":
    sys.exit(main())
