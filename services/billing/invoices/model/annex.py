"""The time behind an invoice, entry by entry, as the customer may ask to see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class Entry:
    """One time entry behind a line; the minutes are those that are billed."""

    contract_id: UUID
    position: int
    day: date
    person: str
    note: str
    minutes: int
