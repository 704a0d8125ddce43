"""What becomes of news about people."""

from __future__ import annotations

from services.delivery.people import store
from services.delivery.people.model import Employment
from shared.work import Work


async def take_employment(work: Work, person: Employment, *, sequence: int) -> None:
    """Let the person record time on the days on which they work here."""
    await store.keep(work, person, sequence=sequence)
