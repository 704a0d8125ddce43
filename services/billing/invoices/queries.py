"""Reading invoices, and what is behind every figure on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, String, Uuid, case, column, func, or_, select, table

from services.billing.contracts.store import contracts
from services.billing.customers.store import customers
from services.billing.invoices.model import (
    FileKind,
    InvoiceStatus,
    IssuedFile,
    Line,
    NoSuchInvoice,
    NoSuchLine,
    NotIssuedYet,
    Tax,
)
from services.billing.invoices.store import (
    invoice_documents,
    invoice_files,
    invoice_lines,
    invoice_taxes,
    invoices,
    issued_invoices,
    lines_of,
    taxes_of,
)
from services.billing.permissions import Permission
from services.billing.work_in_progress.model import AllocationKind
from services.billing.work_in_progress.queries import beyond
from services.billing.work_in_progress.store import allocations, billable_items
from shared.database import Page, Sorts, page
from shared.work import Work

SORTS: Sorts = {"customer": "customer_name", "contract": "contract_number"} | {
    name: name for name in ("number", "net", "gross", "issued_on", "due_on")
}
people = table("subjects", column("person_id", Uuid), column("name", String))


@dataclass(frozen=True)
class InvoiceFound:
    """One invoice with all that it claims."""

    header: Row[Any]
    lines: list[Line]
    taxes: list[Tax]
    contracts: dict[UUID, Row[Any]]
    """The contracts that the lines are of: number, name, project and thread, by number."""


async def invoice(work: Work, invoice_id: UUID) -> InvoiceFound:
    """One invoice. Raises NoSuchInvoice."""
    work.actor.must(Permission.SEE_INVOICES)
    header = (await work.session.execute(_headers().where(invoices.c.id == invoice_id))).one_or_none()
    if header is None:
        raise NoSuchInvoice()
    lines, taxes = await lines_of(work, invoice_id), await taxes_of(work, invoice_id)
    return InvoiceFound(header, lines, taxes, await contracts_on(work, lines))


async def contracts_on(work: Work, lines: Sequence[Line]) -> dict[UUID, Row[Any]]:
    """The contracts that lines are of, by number."""
    columns = (contracts.c[name] for name in ("id", "number", "name", "project_id", "thread_id", "purchase_order"))
    wanted = select(*columns).where(contracts.c.id.in_({line.contract_id for line in lines}))
    rows = await work.session.execute(wanted.order_by(contracts.c.number))
    return {row.id: row for row in rows}


async def listed(
    work: Work,
    *,
    contract_id: UUID | None = None,
    customer_id: UUID | None = None,
    status: InvoiceStatus | None = None,
    words: str = "",
    sort: str = "",
    cursor: str | None,
    limit: int,
) -> Page[Row[Any]]:
    """Invoices, the newest first or by `sort`, narrowed by what is given; `words` are of number or customer."""
    work.actor.must(Permission.SEE_INVOICES)
    wanted = _headers()
    if contract_id is not None:
        of_contract = select(invoice_lines.c.invoice_id).where(invoice_lines.c.contract_id == contract_id)
        wanted = wanted.where(invoices.c.id.in_(of_contract))
    if customer_id is not None:
        wanted = wanted.where(invoices.c.customer_id == customer_id)
    if status is not None:
        wanted = wanted.where(invoices.c.status == status)
    if words:
        named = [one.icontains(words, autoescape=True) for one in (customers.c.name, issued_invoices.c.number)]
        wanted = wanted.where(or_(*named))
    keys = (invoices.c.id,)
    return await page(
        work.session, wanted, keys=keys, cursor=cursor, limit=limit, descending=True, sort=sort, sorts=SORTS
    )


async def origin(work: Work, invoice_id: UUID, position: int, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The time entries, or the milestone, that one line of an invoice is the sum of. Raises NoSuchLine."""
    work.actor.must(Permission.SEE_INVOICES)
    line_id = await work.session.scalar(
        select(invoice_lines.c.id).where(invoice_lines.c.invoice_id == invoice_id, invoice_lines.c.position == position)
    )
    if line_id is None:
        raise NoSuchLine()
    return await page(
        work.session, _behind(line_id), keys=(billable_items.c.day, billable_items.c.id), cursor=cursor, limit=limit
    )


async def document(work: Work, invoice_id: UUID, kind: FileKind) -> IssuedFile:
    """What an issued invoice went out as. Raises NotIssuedYet."""
    work.actor.must(Permission.SEE_INVOICES)
    found = (await work.session.execute(_file(kind).where(issued_invoices.c.id == invoice_id))).one_or_none()
    if found is None:
        raise NotIssuedYet()
    return IssuedFile(*found)


def _file(kind: FileKind) -> Select[Any]:
    issued, files = issued_invoices.c, invoice_files.c
    if kind is FileKind.PDF:
        wanted = select(issued.number, issued.sha256, invoice_documents.c.pdf)
        return wanted.join(invoice_documents, invoice_documents.c.id == issued.id)
    wanted = select(issued.number, files.sha256, files.content)
    return wanted.join(invoice_files, files.id == issued.id).where(files.kind == kind)


def _headers() -> Select[Any]:
    of_invoice = invoice_taxes.c.invoice_id == invoices.c.id
    net = select(func.coalesce(func.sum(invoice_taxes.c.net), 0)).where(of_invoice).scalar_subquery()
    tax = select(func.coalesce(func.sum(invoice_taxes.c.tax), 0)).where(of_invoice).scalar_subquery()
    issued = issued_invoices.c
    also = invoice_lines.c.invoice_id == invoices.c.id, invoice_lines.c.contract_id != invoices.c.contract_id
    others = select(func.count(invoice_lines.c.contract_id.distinct())).where(*also).scalar_subquery()
    return select(
        invoices,
        net.label("net"),
        tax.label("tax"),
        (net + tax).label("gross"),
        *(issued[name] for name in ("number", "issued_on", "due_on", "issued_by", "issued_at", "sha256")),
        customers.c.name.label("customer_name"),
        contracts.c.number.label("contract_number"),
        contracts.c.name.label("contract_name"),
        others.label("other_contracts"),
    ).select_from(
        invoices.outerjoin(issued_invoices, issued.id == invoices.c.id)
        .join(customers, customers.c.id == invoices.c.customer_id)
        .join(contracts, contracts.c.id == invoices.c.contract_id)
    )


def _behind(line_id: UUID) -> Select[Any]:
    """The items of a line with what each came to there, whatever became of them since."""
    item = billable_items.c
    kept = [each for each in item if each.name not in ("rate", "value")]
    price = case((item.rate.is_not(None), invoice_lines.c.unit_price))
    return (
        select(
            *kept, *beyond, price.label("rate"), allocations.c.amount.label("value"), people.c.name.label("person_name")
        )
        .select_from(
            allocations.join(billable_items, item.id == allocations.c.item_id)
            .join(invoice_lines, invoice_lines.c.id == allocations.c.line_id)
            .outerjoin(people, people.c.person_id == item.person_id)
        )
        .where(allocations.c.line_id == line_id, allocations.c.kind == AllocationKind.TAKEN)
    )
