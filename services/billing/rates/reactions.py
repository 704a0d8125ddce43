"""What resourcing says about people whose time is billed."""

from __future__ import annotations

from services.billing.rates.actions import remember_standing
from shared.contracts.resourcing import PersonChanged
from shared.messaging.reactions import Reactions
from shared.work import Work

reactions = Reactions()


@reactions.on(PersonChanged, consumer="billing.remember_standing")
async def on_person_changed(work: Work, event: PersonChanged, sequence: int) -> None:
    """Know what a person's rate may depend on."""
    await remember_standing(work, event, sequence=sequence)
