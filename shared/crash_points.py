"""Places at which a drill can have a process die as kill -9 does: named, counted, and free while nobody asks for them.

`CRASH_POINTS=relay.after_confirm@3` kills the process when it comes there for the third time.
"""

from __future__ import annotations

import os
import signal

POINTS = frozenset(
    {
        "api.after_commit",
        "api.before_commit",
        "drain.after_commit",
        "drain.before_commit",
        "receiver.after_commit",
        "relay.after_commit",
        "relay.after_confirm",
    }
)


class NoSuchCrashPoint(ValueError):
    """CRASH_POINTS names a place that does not exist."""


def armed(said: str) -> dict[str, int]:
    """How many visits are left of each place that `said` names. Raises NoSuchCrashPoint."""
    visits = {}
    for each in filter(None, said.split(",")):
        name, _, number = each.partition("@")
        if name not in POINTS:
            raise NoSuchCrashPoint(f"{name!r} is not one of {', '.join(sorted(POINTS))}")
        visits[name] = int(number or 1)
    return visits


_visits_left = armed(os.environ.get("CRASH_POINTS", ""))


def crash_point(name: str) -> None:
    """Die here if this is the visit that was asked for; otherwise nothing."""
    if _visits_left and name in _visits_left:
        _visits_left[name] -= 1
        if not _visits_left[name]:
            os.kill(os.getpid(), signal.SIGKILL)
