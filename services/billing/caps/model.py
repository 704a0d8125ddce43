"""A cap never blocks recording: it warns as it is used up, and what is beyond it is written down when it is billed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

THRESHOLDS = (75, 90, 100)


@dataclass(frozen=True)
class OpenWork:
    """The open part of one item under a cap: what it would be worth without the cap, and what it is worth now."""

    item_id: UUID
    uncapped: Decimal
    value: Decimal


@dataclass(frozen=True)
class CappedLine:
    """How far the cap of one line is used: by what was recorded, and by what was billed."""

    line_id: UUID
    description: str
    currency: str
    cap: Decimal
    recorded: Decimal
    billed: Decimal


def within(work: Sequence[OpenWork], room: Decimal) -> list[tuple[UUID, Decimal]]:
    """What each open part changes by, so that together they come to `room` at most, in their order.

    What corrections take back makes room. What was written down before comes back as far as there is room again.
    """
    room = max(room, Decimal()) - sum((part.uncapped for part in work if part.uncapped < 0), Decimal())
    changes = []
    for part in work:
        wanted = part.uncapped
        if wanted > 0:
            wanted = min(wanted, room)
            room -= wanted
        if wanted != part.value:
            changes.append((part.item_id, wanted - part.value))
    return changes


def reached(recorded: Decimal, cap: Decimal) -> list[int]:
    """The thresholds, in percent of the cap, that what was recorded has reached."""
    return [percent for percent in THRESHOLDS if recorded > 0 and recorded * 100 >= cap * percent]
