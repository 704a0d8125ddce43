"""What crm and delivery say about sold work."""

from __future__ import annotations

from services.billing.contracts.actions import activate_contract, draft_contract, void_contract
from services.billing.contracts.model import NoSuchContract
from shared.contracts.crm import OpportunityClosedWon
from shared.contracts.delivery import HandoffAccepted, HandoffReturned
from shared.messaging.reactions import NotReady, Reactions
from shared.work import Work

reactions = Reactions()


@reactions.on(OpportunityClosedWon, consumer="billing.draft_contract")
async def on_opportunity_closed_won(work: Work, event: OpportunityClosedWon, sequence: int) -> None:
    """A won deal becomes a contract."""
    await draft_contract(work, event, sequence=sequence)


@reactions.on(HandoffAccepted, consumer="billing.activate_contract")
async def on_handoff_accepted(work: Work, event: HandoffAccepted, sequence: int) -> None:
    """The contract of accepted work may be billed."""
    try:
        await activate_contract(
            work, opportunity_id=event.opportunity_id, project_id=event.project_id, sequence=sequence
        )
    except NoSuchContract:
        raise NotReady(event.subject) from None


@reactions.on(HandoffReturned, consumer="billing.void_contract")
async def on_handoff_returned(work: Work, event: HandoffReturned, sequence: int) -> None:
    """The contract of returned work may not be billed."""
    try:
        await void_contract(work, opportunity_id=event.opportunity_id, sequence=sequence)
    except NoSuchContract:
        raise NotReady(event.subject) from None
