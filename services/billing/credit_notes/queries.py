"""Reading credit notes, and what of an invoice is left to be credited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select

from services.billing.contracts.store import contracts
from services.billing.credit_notes.model.credit_note import CreditNoteStatus, NoCreditDocument, NoSuchCreditNote
from services.billing.credit_notes.store import (
    billed,
    credit_note_files,
    credit_note_taxes,
    credit_notes,
    credited_items,
    issued_credit_notes,
    lines_of,
    taxes_of,
)
from services.billing.customers.store import customers
from services.billing.invoices.model import FileKind, IssuedFile, Line, Tax
from services.billing.invoices.queries import contracts_on
from services.billing.invoices.store import invoices, issued_invoices
from services.billing.permissions import Permission
from services.billing.work_in_progress.store import billable_items
from shared.database import Page, page
from shared.work import Work


@dataclass(frozen=True)
class CreditNoteFound:
    """One credit note with all that it takes back."""

    header: Row[Any]
    lines: list[Line]
    taxes: list[Tax]
    contracts: dict[UUID, Row[Any]]
    """The contracts that the lines are of, by number."""


@dataclass(frozen=True)
class Left:
    """What of one invoice line is left to be credited, and the work behind it."""

    position: int
    amount: Any
    minutes: int | None


async def credit_note(work: Work, credit_note_id: UUID) -> CreditNoteFound:
    """One credit note. Raises NoSuchCreditNote."""
    work.actor.must(Permission.SEE_INVOICES)
    header = (await work.session.execute(_headers().where(credit_notes.c.id == credit_note_id))).one_or_none()
    if header is None:
        raise NoSuchCreditNote()
    lines, taxes = await lines_of(work, credit_note_id), await taxes_of(work, credit_note_id)
    return CreditNoteFound(header, lines, taxes, await contracts_on(work, lines))


async def listed(
    work: Work,
    *,
    invoice_id: UUID | None = None,
    status: CreditNoteStatus | None = None,
    words: str = "",
    cursor: str | None,
    limit: int,
) -> Page[Row[Any]]:
    """Credit notes, the newest first, narrowed by what is given; `words` are of a number or the customer's name."""
    work.actor.must(Permission.SEE_INVOICES)
    wanted = _headers()
    if invoice_id is not None:
        wanted = wanted.where(credit_notes.c.invoice_id == invoice_id)
    if status is not None:
        wanted = wanted.where(credit_notes.c.status == status)
    if words:
        fields = customers.c.name, issued_credit_notes.c.number, issued_invoices.c.number
        wanted = wanted.where(or_(*(one.icontains(words, autoescape=True) for one in fields)))
    return await page(work.session, wanted, keys=(credit_notes.c.id,), cursor=cursor, limit=limit, descending=True)


async def origin(work: Work, credit_note_id: UUID, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The work that a credit note takes back, item by item. Raises NoSuchCreditNote."""
    await credit_note(work, credit_note_id)
    item, credited = billable_items.c, credited_items.c
    wanted = (
        select(item.id, item.day, item.entry_id, item.milestone_id, item.note, item.staffing_role, item.currency)
        .add_columns(credited.minutes, credited.amount, credited.invoiced_position)
        .join_from(credited_items, billable_items, item.id == credited.item_id)
        .where(credited.credit_note_id == credit_note_id)
    )
    return await page(work.session, wanted, keys=(item.day, item.id), cursor=cursor, limit=limit)


async def left(work: Work, invoice_id: UUID) -> dict[int, Left]:
    """What is left to be credited of each line of an issued invoice, by its position."""
    work.actor.must(Permission.SEE_INVOICES)
    found: dict[int, Left] = {}
    for one in await billed(work, invoice_id):
        rest, before = one.rest, found.get(one.position)
        minutes = rest.minutes if before is None or before.minutes is None else before.minutes + (rest.minutes or 0)
        found[one.position] = Left(one.position, rest.amount + (before.amount if before else 0), minutes)
    return found


async def document(work: Work, credit_note_id: UUID, kind: FileKind) -> IssuedFile:
    """One file of an issued credit note. Raises NoCreditDocument."""
    work.actor.must(Permission.SEE_INVOICES)
    files = credit_note_files.c
    wanted = (
        select(issued_credit_notes.c.number, files.sha256, files.content)
        .join(credit_note_files, files.id == issued_credit_notes.c.id)
        .where(issued_credit_notes.c.id == credit_note_id, files.kind == kind)
    )
    found = (await work.session.execute(wanted)).one_or_none()
    if found is None:
        raise NoCreditDocument()
    return IssuedFile(found.number, found.sha256, found.content)


def _headers() -> Select[Any]:
    of_note = credit_note_taxes.c.credit_note_id == credit_notes.c.id
    net = select(func.coalesce(func.sum(credit_note_taxes.c.net), 0)).where(of_note).scalar_subquery()
    tax = select(func.coalesce(func.sum(credit_note_taxes.c.tax), 0)).where(of_note).scalar_subquery()
    issued, invoice = issued_credit_notes.c, invoices.c
    return (
        select(credit_notes, net.label("net"), tax.label("tax"), (net + tax).label("gross"))
        .add_columns(*(issued[name] for name in ("number", "issued_on", "issued_by", "issued_at")))
        .add_columns(
            *(invoice[name] for name in ("contract_id", "customer_id", "project_id", "thread_id", "currency")),
            *(invoice[name] for name in ("legal_entity_id", "language")),
            issued_invoices.c.number.label("invoice_number"),
            customers.c.name.label("customer_name"),
            contracts.c.number.label("contract_number"),
            contracts.c.name.label("contract_name"),
        )
        .select_from(
            credit_notes.outerjoin(issued_credit_notes, issued.id == credit_notes.c.id)
            .join(invoices, invoice.id == credit_notes.c.invoice_id)
            .join(issued_invoices, issued_invoices.c.id == credit_notes.c.invoice_id)
            .join(customers, customers.c.id == invoice.customer_id)
            .join(contracts, contracts.c.id == invoice.contract_id)
        )
    )
