"""Where a drill has a process die, it dies; where nobody asks, nothing happens."""

import signal
import subprocess
import sys

import pytest

from shared.crash_points import POINTS, NoSuchCrashPoint, armed
from tests.architecture.sources import ROOT, sources

VISITS = """
from shared.crash_points import crash_point
for number in range(1, 4):
    print(number, flush=True)
    crash_point("relay.after_confirm")
"""


def visited(said: str) -> tuple[int, str]:
    """The exit status of a process that comes to a place three times, and what it printed before."""
    environment = {"PYTHONPATH": str(ROOT), "CRASH_POINTS": said}
    done = subprocess.run([sys.executable, "-c", VISITS], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_a_process_dies_at_the_visit_that_was_asked_for() -> None:
    assert visited("relay.after_confirm@2") == (-signal.SIGKILL, "1\n2\n")
    assert visited("relay.after_commit@1,relay.after_confirm@4") == (0, "1\n2\n3\n")
    assert visited("") == (0, "1\n2\n3\n")


def test_a_place_that_does_not_exist_is_refused() -> None:
    with pytest.raises(NoSuchCrashPoint):
        armed("relay.on_holiday")


def test_every_place_is_in_the_code_once() -> None:
    code = "".join(path.read_text() for path in sources("shared"))
    assert {name: code.count(f'crash_point("{name}")') for name in POINTS} == dict.fromkeys(POINTS, 1)
