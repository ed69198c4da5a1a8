"""What can wait steps back, within its session and with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from econsim.priority import step_back


@pytest.fixture
def session():
    """A process that leads a session of its own."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    yield child.pid
    child.communicate(b"\n", timeout=30)


def test_a_process_steps_back_and_stays_there(session):
    before = os.getpriority(os.PRIO_PROCESS, session)
    step_back(session, before + 3)
    assert os.getpriority(os.PRIO_PROCESS, session) == min(before + 3, 19)
    step_back(session, before + 1)
    assert os.getpriority(os.PRIO_PROCESS, session) == min(before + 3, 19)


def test_its_session_steps_back_among_sessions(session):
    group = Path(f"/proc/{session}/autogroup")
    if not group.exists():
        pytest.skip("this system does not share out among sessions")
    step_back(session, 12)
    assert group.read_text().split()[-1] == "12"


def test_a_process_that_is_gone_is_no_trouble():
    child = subprocess.Popen([sys.executable, "-c", ""])
    assert child.wait() == 0
    step_back(child.pid, 10)
