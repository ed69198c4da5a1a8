"""`python -m econsim` is the command `econsim`."""

from __future__ import annotations

import sys

from econsim.cli import main

if __name__ == "__main__":
    sys.exit(main())
