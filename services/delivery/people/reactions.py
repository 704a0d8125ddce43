"""What delivery does when resourcing changes a person."""

from __future__ import annotations

from services.delivery.people.actions import take_employment
from services.delivery.people.model import Employment
from shared.contracts.resourcing import PersonChanged
from shared.messaging.reactions import Reactions
from shared.work import Work

reactions = Reactions()


@reactions.on(PersonChanged, consumer="delivery.take_employment")
async def take_person(work: Work, event: PersonChanged, sequence: int) -> None:
    """Know the person by name, and when they work here."""
    person = Employment(event.person_id, event.name, event.employed_from, event.employed_until)
    await take_employment(work, person, sequence=sequence)
