"""A series of numbers without gaps: `INV-2026-00001`, `INV-2026-00002` and so on."""

from __future__ import annotations

from shared.errors import Conflict


class DateGoesBack(Conflict):
    """The last number of this series carries a later date.

    Use that date or a later one: numbers and dates go up together.
    """


def written(series: str, number: int) -> str:
    """The number as it is printed, for example `INV-2026-00017`."""
    return f"{series}{number:05d}"
