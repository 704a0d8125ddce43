"""What crm takes down when delivery answers a won deal."""

from __future__ import annotations

from services.crm.handoffs.actions import note_handoff_accepted, note_handoff_returned
from shared.contracts.delivery import HandoffAccepted, HandoffReturned
from shared.messaging.reactions import Reactions
from shared.work import Work

reactions = Reactions()


@reactions.on(HandoffAccepted, consumer="crm.note_handoff_accepted")
async def handoff_accepted(work: Work, event: HandoffAccepted, sequence: int) -> None:
    """Show that delivery took the deal over."""
    await note_handoff_accepted(
        work,
        event.opportunity_id,
        project_id=event.project_id,
        by=event.accepted_by,
        at=event.accepted_at,
        sequence=sequence,
    )


@reactions.on(HandoffReturned, consumer="crm.note_handoff_returned")
async def handoff_returned(work: Work, event: HandoffReturned, sequence: int) -> None:
    """Show why delivery sent the deal back, and let sales put it right."""
    await note_handoff_returned(
        work,
        event.opportunity_id,
        reasons=list(event.reasons),
        by=event.returned_by,
        at=event.returned_at,
        sequence=sequence,
    )
