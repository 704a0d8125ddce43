"""Taking down what delivery answers, and answering a return."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.crm.handoffs import store
from services.crm.handoffs.model import HandoffNotReturned, HandoffState
from services.crm.permissions import Permission
from shared.work import Work


async def note_handoff_accepted(
    work: Work, opportunity_id: UUID, *, project_id: UUID, by: str, at: datetime, sequence: int
) -> None:
    """Delivery took the deal over."""
    values = {
        "state": HandoffState.ACCEPTED,
        "project_id": project_id,
        "reasons": [],
        "decided_by": by,
        "decided_at": at,
    }
    await store.keep(work, opportunity_id, values, sequence=sequence)


async def note_handoff_returned(
    work: Work, opportunity_id: UUID, *, reasons: list[str], by: str, at: datetime, sequence: int
) -> None:
    """Delivery sent the deal back."""
    values = {
        "state": HandoffState.RETURNED,
        "project_id": None,
        "reasons": reasons,
        "decided_by": by,
        "decided_at": at,
    }
    await store.keep(work, opportunity_id, values, sequence=sequence)


async def answer_return(work: Work, opportunity_id: UUID) -> None:
    """What delivery returned was put right: it is asked again. Raises HandoffNotReturned."""
    work.actor.must(Permission.CHANGE_RECORDS)
    if not await store.answer_return(work, opportunity_id):
        raise HandoffNotReturned()
