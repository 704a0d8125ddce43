"""Somebody who works here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class Employment:
    """Who it is, and from when up to, not including, when they work here."""

    person_id: UUID
    name: str
    employed_from: date
    employed_until: date | None = None
