"""Reading the policy of a day and the runs of a legal entity."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from services.billing.allowances import store
from services.billing.allowances.model import AllowancePolicy, AllowanceRun, NoSuchAllowanceRun
from services.billing.allowances.store import allowance_policies, allowance_runs
from services.billing.permissions import Permission
from shared.database import Page, page
from shared.work import Work


async def policies(work: Work, legal_entity_id: UUID, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """Everything that was ever set for a legal entity, the latest start first."""
    work.actor.must(Permission.SEE_LEDGER)
    one = allowance_policies.c
    wanted = select(allowance_policies).where(one.legal_entity_id == legal_entity_id)
    return await page(
        work.session, wanted, keys=(one.starts_on, one.made_at, one.id), cursor=cursor, limit=limit, descending=True
    )


async def policy_on(work: Work, legal_entity_id: UUID, day: date) -> AllowancePolicy | None:
    """The policy that holds on a day, if there is one."""
    work.actor.must(Permission.SEE_LEDGER)
    return await store.policy_on(work, legal_entity_id, day)


async def runs(work: Work, legal_entity_id: UUID, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The runs of a legal entity, the newest first."""
    work.actor.must(Permission.SEE_LEDGER)
    one = allowance_runs.c
    wanted = select(allowance_runs).where(one.legal_entity_id == legal_entity_id)
    return await page(work.session, wanted, keys=(one.as_of, one.id), cursor=cursor, limit=limit, descending=True)


async def run(work: Work, run_id: UUID) -> AllowanceRun:
    """One run with what it comes to. Raises NoSuchAllowanceRun."""
    work.actor.must(Permission.SEE_LEDGER)
    found = await store.get(work, run_id)
    if found is None:
        raise NoSuchAllowanceRun()
    return found
