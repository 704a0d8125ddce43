"""What people see of handoffs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select, table
from sqlalchemy.sql import column

from services.delivery.accounts.queries import account_name
from services.delivery.handoffs import store
from services.delivery.handoffs.model import Handoff, HandoffState
from services.delivery.handoffs.store import handoffs
from services.delivery.permissions import Permission
from services.delivery.templates.model.rules import Choice
from services.delivery.templates.queries import template_for
from shared.database import Page, page
from shared.work import Work

accounts = table("accounts", column("id"), column("name"))


@dataclass(frozen=True)
class HandoffInFull:
    """A handoff, what its account is called now, and the template that it would lead to, or did."""

    handoff: Handoff
    account_name: str
    choice: Choice


async def list_handoffs(
    work: Work, *, state: HandoffState | None, descending: bool = False, cursor: str | None, limit: int
) -> Page[Row[Any]]:
    """Handoffs in the order in which they were opened, or the other way round."""
    work.actor.must(Permission.VIEW_HANDOFFS)
    rows = _rows() if state is None else _rows().where(handoffs.c.state == state)
    keys = (handoffs.c.opened_at, handoffs.c.id)
    return await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=descending)


async def get_handoff(work: Work, handoff_id: UUID) -> HandoffInFull:
    """One handoff with everything that was sold."""
    work.actor.must(Permission.VIEW_HANDOFFS)
    handoff = await store.read(work, handoff_id)
    name = await account_name(work, handoff.account_id, sold_as=handoff.account_name)
    return HandoffInFull(handoff, name, await template_for(work, handoff.deal))


def _rows() -> Select[Any]:
    name = func.coalesce(accounts.c.name, handoffs.c.account_name).label("account_name")
    columns = [
        handoffs.c[each]
        for each in (
            *("id", "thread_id", "number", "name", "account_id", "price", "currency"),
            *("starts_on", "ends_before", "state", "opened_at", "project_id"),
        )
    ]
    return select(*columns, name).outerjoin(accounts, accounts.c.id == handoffs.c.account_id)
