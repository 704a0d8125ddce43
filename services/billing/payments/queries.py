"""Reading payments and what is left of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, select

from services.billing.customers.store import customers
from services.billing.invoices.store import issued_invoices
from services.billing.payments.model import NoSuchPayment
from services.billing.payments.store import payments, with_rest
from services.billing.permissions import Permission
from services.billing.receivables.store import settlements
from shared.database import Page, page
from shared.work import Work


@dataclass(frozen=True)
class PaymentFound:
    """A payment and everything it settled, also what was taken back since."""

    header: Row[Any]
    allocations: list[Row[Any]]


async def listed(
    work: Work, *, customer_id: UUID | None = None, words: str = "", cursor: str | None, limit: int
) -> Page[Row[Any]]:
    """Payments, the newest first; `words` are of the reference, the remittance text or the customer."""
    work.actor.must(Permission.SEE_INVOICES)
    wanted = _headers()
    if customer_id is not None:
        wanted = wanted.where(payments.c.customer_id == customer_id)
    if words:
        reference, remittance, name = (
            one.icontains(words, autoescape=True)
            for one in (payments.c.reference, payments.c.remittance, customers.c.name)
        )
        wanted = wanted.where(reference | remittance | name)
    return await page(work.session, wanted, keys=(payments.c.id,), cursor=cursor, limit=limit, descending=True)


async def payment(work: Work, payment_id: UUID) -> PaymentFound:
    """One payment. Raises NoSuchPayment."""
    work.actor.must(Permission.SEE_INVOICES)
    header = (await work.session.execute(_headers().where(payments.c.id == payment_id))).one_or_none()
    if header is None:
        raise NoSuchPayment()
    undoing = settlements.alias("undoing")
    is_undone = exists(select(1).where(undoing.c.reverses_id == settlements.c.id))
    allocations = (
        select(settlements, issued_invoices.c.number, is_undone.label("is_undone"))
        .outerjoin(issued_invoices, issued_invoices.c.id == settlements.c.invoice_id)
        .where(settlements.c.cause_id == payment_id)
        .order_by(settlements.c.id)
    )
    return PaymentFound(header, list(await work.session.execute(allocations)))


def _headers() -> Any:
    named = customers.c.name.label("customer_name")
    return with_rest().add_columns(named).join(customers, customers.c.id == payments.c.customer_id)
