"""Work under a cap: it is recognised up to the cap, however much was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from services.billing.caps.model import OpenWork, within
from services.billing.recognition.model.earned import DeliveredItem
from shared.period import Period


@dataclass(frozen=True)
class WorkUnderCap:
    """One delivered item, with what it is worth whatever the cap, and what of that is recognised."""

    item: DeliveredItem
    recognised: Decimal


@dataclass(frozen=True)
class LineUnderCap:
    """The delivered work of a capped line, what was recognised before the rest, with its cap at a month's end."""

    cap: Decimal | None
    recognised_for: date | None
    work: Sequence[WorkUnderCap]

    def to_recognise(self, month: Period) -> list[DeliveredItem]:
        """What each item changes by, so that all that is recognised comes to the cap at most.

        What bills write down changes nothing of it. Once a later month is recognised, an earlier one stays as it is.
        """
        if self.recognised_for is not None and self.recognised_for > month.starts_on:
            return []
        items = {one.item.id: one.item for one in self.work}
        room = (
            sum((item.value for item in items.values() if item.value > 0), Decimal()) if self.cap is None else self.cap
        )
        parts = [OpenWork(one.item.id, one.item.value, one.recognised) for one in self.work]
        return [replace(items[item_id], value=change) for item_id, change in within(parts, room)]
