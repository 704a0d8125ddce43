"""Reading write-offs and what was recovered of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select

from services.billing.customers.store import customers
from services.billing.permissions import Permission
from services.billing.receivables.model import SettlementKind
from services.billing.receivables.store import invoices, issued_invoices, settlements
from services.billing.write_offs.model import NoSuchWriteOff, WriteOffStatus
from services.billing.write_offs.store import write_offs
from shared.database import Page, page
from shared.work import Work


async def listed(
    work: Work,
    *,
    invoice_id: UUID | None = None,
    status: WriteOffStatus | None = None,
    words: str = "",
    cursor: str | None,
    limit: int,
) -> Page[Row[Any]]:
    """Write-offs, the newest first; `words` are of the invoice's number, the customer or the reason."""
    work.actor.must(Permission.SEE_INVOICES)
    wanted = _found()
    if invoice_id is not None:
        wanted = wanted.where(write_offs.c.invoice_id == invoice_id)
    if status is not None:
        wanted = wanted.where(write_offs.c.status == status)
    if words:
        number, name, reason = (
            one.icontains(words, autoescape=True)
            for one in (issued_invoices.c.number, customers.c.name, write_offs.c.reason)
        )
        wanted = wanted.where(number | name | reason)
    return await page(work.session, wanted, keys=(write_offs.c.id,), cursor=cursor, limit=limit, descending=True)


async def write_off(work: Work, write_off_id: UUID) -> Row[Any]:
    """One write-off. Raises NoSuchWriteOff."""
    work.actor.must(Permission.SEE_INVOICES)
    row: Row[Any] | None = (await work.session.execute(_found().where(write_offs.c.id == write_off_id))).one_or_none()
    if row is None:
        raise NoSuchWriteOff()
    return row


def _found() -> Select[Any]:
    one = settlements.c
    back = (
        select(func.coalesce(-func.sum(one.amount), 0))
        .where(one.cause_id == write_offs.c.id, one.kind == SettlementKind.RECOVERY)
        .scalar_subquery()
    )
    return (
        select(
            write_offs,
            back.label("recovered"),
            issued_invoices.c.number,
            invoices.c.customer_id,
            invoices.c.legal_entity_id,
            customers.c.name.label("customer_name"),
        )
        .join(issued_invoices, issued_invoices.c.id == write_offs.c.invoice_id)
        .join(invoices, invoices.c.id == write_offs.c.invoice_id)
        .join(customers, customers.c.id == invoices.c.customer_id)
    )
