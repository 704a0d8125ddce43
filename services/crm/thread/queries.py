"""Reading what became of a won deal, or of all deals of an account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, func, select

from services.crm.accounts import queries as accounts
from services.crm.handoffs import queries as handoffs
from services.crm.handoffs.model import Handoff
from services.crm.opportunities import queries as opportunities
from services.crm.thread.model import InvoiceNews, ProjectNews, Sum, Thread
from services.crm.thread.store import invoices, projects, revenue
from shared.database import read
from shared.work import Work


async def of_opportunity(work: Work, opportunity_id: UUID) -> Thread:
    """What became of a deal that the actor may see; raises NoSuchOpportunity."""
    await opportunities.one(work, opportunity_id)
    return await _thread(work, "opportunity_id", opportunity_id, await handoffs.of_opportunity(work, opportunity_id))


async def of_account(work: Work, account_id: UUID) -> Thread:
    """What became of the deals of an account that the actor may see; raises NoSuchAccount."""
    await accounts.one(work, account_id)
    return await _thread(work, "account_id", account_id, None)


async def _thread(work: Work, column: str, key: UUID, handoff: Handoff | None) -> Thread:
    return Thread(
        handoff=handoff,
        projects=await read(
            work.session, ProjectNews, projects, projects.c[column] == key, order_by=(projects.c.project_id,)
        ),
        invoices=await read(
            work.session, InvoiceNews, invoices, invoices.c[column] == key, order_by=(invoices.c.issued_on,)
        ),
        invoiced=await _sums(work, invoices, invoices.c.net, column, key),
        recognised=await _sums(work, revenue, revenue.c.amount, column, key),
    )


async def _sums(work: Work, table: Table, amount: Column[Any], column: str, key: UUID) -> list[Sum]:
    rows = select(table.c.currency, func.sum(amount)).where(table.c[column] == key)
    found = await work.session.execute(rows.group_by(table.c.currency).order_by(table.c.currency))
    return [Sum(currency, total) for currency, total in found]
