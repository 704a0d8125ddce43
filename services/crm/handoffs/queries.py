"""Reading what delivery answered."""

from __future__ import annotations

from uuid import UUID

from services.crm.handoffs.model import Handoff
from services.crm.handoffs.store import handoffs
from services.crm.permissions import Permission
from shared.database import read
from shared.work import Work


async def of_opportunity(work: Work, opportunity_id: UUID) -> Handoff | None:
    """The answer to a deal; none yet, or none any more to wait for. Whoever asks has seen to it that it may be seen."""
    work.actor.must(Permission.SEE_RECORDS)
    found = await read(work.session, Handoff, handoffs, handoffs.c.opportunity_id == opportunity_id)
    return found[0] if found else None
