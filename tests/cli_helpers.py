"""What tests of the command line share: a command run in this process, and the small run that they look at."""

from __future__ import annotations

import sys

from econsim.cli import main
from econsim.scenario import load_scenario

QUARTERS = 20
SMALL = ("--draws", "4", "--set", f"quarters={QUARTERS}")
COMMAND = [sys.executable, "-m", "econsim"]


def run(capsys, *arguments):
    """Exit code, stdout and stderr of a command."""
    code = main([str(one) for one in arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


def good(capsys, *arguments):
    """Stdout of a command that has to work."""
    code, out, err = run(capsys, *arguments)
    assert code == 0, err
    return out


def small(name="gate-and-detect", **changes):
    return load_scenario(name).with_(quarters=QUARTERS, **changes)
