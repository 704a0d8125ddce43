"""Reading what became of a won deal, or of all deals of an account."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Column, Table, func, select

from services.crm.accounts import queries as accounts
from services.crm.opportunities import queries as opportunities
from services.crm.thread.model import Handoff, InvoiceNews, ProjectNews, Sum, Thread
from services.crm.thread.store import handoffs, invoices, projects, revenue
from shared.work import Work

News = TypeVar("News")


async def of_opportunity(work: Work, opportunity_id: UUID) -> Thread:
    """What became of a deal that the actor may see; raises NoSuchOpportunity."""
    await opportunities.one(work, opportunity_id)
    return await _thread(work, "opportunity_id", opportunity_id, await _handoff(work, opportunity_id))


async def of_account(work: Work, account_id: UUID) -> Thread:
    """What became of the deals of an account that the actor may see; raises NoSuchAccount."""
    await accounts.one(work, account_id)
    return await _thread(work, "account_id", account_id, None)


async def _thread(work: Work, column: str, key: UUID, handoff: Handoff | None) -> Thread:
    return Thread(
        handoff=handoff,
        projects=await _rows(work, ProjectNews, projects, column=column, key=key, order=projects.c.project_id),
        invoices=await _rows(work, InvoiceNews, invoices, column=column, key=key, order=invoices.c.issued_on),
        invoiced=await _sums(work, invoices, invoices.c.net, column, key),
        recognised=await _sums(work, revenue, revenue.c.amount, column, key),
    )


async def _handoff(work: Work, opportunity_id: UUID) -> Handoff | None:
    columns = (handoffs.c[name] for name in Handoff.__dataclass_fields__)
    found = await work.session.execute(select(*columns).where(handoffs.c.opportunity_id == opportunity_id))
    row = found.one_or_none()
    return Handoff(**row._mapping) if row else None


async def _rows(
    work: Work, kind: type[News], table: Table, *, column: str, key: UUID, order: Column[Any]
) -> list[News]:
    names = list(kind.__dataclass_fields__)  # type: ignore[attr-defined]
    rows = select(*(table.c[name] for name in names)).where(table.c[column] == key).order_by(order)
    return [kind(**row._mapping) for row in await work.session.execute(rows)]


async def _sums(work: Work, table: Table, amount: Column[Any], column: str, key: UUID) -> list[Sum]:
    rows = select(table.c.currency, func.sum(amount)).where(table.c[column] == key)
    found = await work.session.execute(rows.group_by(table.c.currency).order_by(table.c.currency))
    return [Sum(currency, total) for currency, total in found]
