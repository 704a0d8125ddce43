"""How the answers of delivery are kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, String, Uuid, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from services.crm.handoffs.model import HandoffState
from services.crm.tables import schema
from shared.database import choice, found_by
from shared.work import Work

handoffs = schema.table(
    "handoffs",
    Column("opportunity_id", Uuid, primary_key=True),
    choice("state", HandoffState),
    Column("project_id", Uuid),
    Column("reasons", JSONB, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("sequence", BigInteger, nullable=False),
    found_by("opportunity_id", where="state = 'returned'", why="the deals that wait to be put right"),
    audited=False,
)


async def keep(work: Work, opportunity_id: UUID, values: dict[str, Any], *, sequence: int) -> None:
    """Keep what delivery said last of a deal; what it said earlier changes nothing."""
    row = values | {"sequence": sequence}
    await work.session.execute(
        insert(handoffs)
        .values(opportunity_id=opportunity_id, **row)
        .on_conflict_do_update(
            index_elements=["tenant_id", "opportunity_id"], set_=row, where=handoffs.c.sequence < sequence
        )
    )


async def answer_return(work: Work, opportunity_id: UUID) -> bool:
    """Note that sales answered a return, so that delivery's same news says nothing new; whether there was one."""
    answered = await work.session.execute(
        update(handoffs)
        .where(handoffs.c.opportunity_id == opportunity_id, handoffs.c.state == HandoffState.RETURNED)
        .values(state=HandoffState.CLOSED_ANEW)
        .returning(handoffs.c.opportunity_id)
    )
    return answered.first() is not None
