"""What leaves the books as it stands there, whatever the rate of the day is."""

from __future__ import annotations

from dataclasses import replace

from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import NewEntry
from shared.money import Money


def leaving(entry: NewEntry, role: PostingRole, functional: Money) -> NewEntry:
    """`entry` with what it posts to `role` at `functional` in all, each of its lines in proportion."""
    places = [number for number, line in enumerate(entry.lines) if line.account is role]
    if not places:
        return entry
    parts = functional.allocate([abs(entry.lines[number].amount) for number in places])
    given = dict(zip(places, (part.amount for part in parts), strict=True))
    lines = [
        replace(line, functional_amount=given.get(number, line.functional_amount))
        for number, line in enumerate(entry.lines)
    ]
    return replace(entry, lines=lines)
