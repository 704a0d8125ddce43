"""A clock that can be set back, so that a year can be lived through in a minute."""

from __future__ import annotations

from datetime import datetime

from shared.clock import wall_clock


class MovableClock:
    """Stands still wherever it was set, and tells the present once it is released."""

    def __init__(self, at: datetime | None = None) -> None:
        self._at = at

    def __call__(self) -> datetime:
        """The instant that everybody goes by."""
        return self._at or wall_clock()

    def set(self, at: datetime) -> None:
        """Stand still at `at` (aware)."""
        self._at = at

    def release(self) -> None:
        """Tell the present from now on."""
        self._at = None
