"""The tables of invoices; what an invoice claims is append-only from the moment it is drafted."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
    func,
    insert,
    select,
    text,
)

from services.billing.invoices.model import FileKind, Invoice, InvoiceStatus, Issued, Line, Tax
from services.billing.invoices.model.issue import SentOut
from services.billing.legal_entities.model import Language, TaxCategory
from services.billing.tables import file_columns, issued_columns, line_columns, schema, tax_columns
from shared.database import belongs_to, choice, found_by, only_one
from shared.work import Work

T = TypeVar("T")

invoices = schema.table(
    "invoices",
    Column("id", Uuid, primary_key=True),
    Column("contract_id", Uuid, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("legal_entity_id", Uuid, nullable=False),
    Column("project_id", Uuid),
    Column("thread_id", Uuid, nullable=False),
    choice("status", InvoiceStatus),
    choice("language", Language),
    Column("currency", String(3), nullable=False),
    Column("up_to", Date, nullable=False),
    Column("prepared_by", String, nullable=False),
    Column("prepared_at", DateTime(timezone=True), nullable=False),
    Column("approved_by", String),
    Column("approved_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
    belongs_to("contract_id", "contracts"),
    belongs_to("customer_id", "customers"),
    belongs_to("legal_entity_id", "legal_entities"),
    found_by("customer_id", "id", why="the invoices of a customer"),
    found_by("status", "id", why="what waits for approval or for issuing"),
)

invoice_lines = schema.table(
    "invoice_lines",
    Column("id", Uuid, primary_key=True),
    Column("invoice_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    *line_columns(TaxCategory),
    belongs_to("invoice_id", "invoices"),
    only_one("invoice_id", "position"),
    found_by("contract_id", "invoice_id", why="the invoices of a contract"),
    append_only=True,
)

invoice_taxes = schema.table(
    "invoice_taxes",
    Column("invoice_id", Uuid, primary_key=True),
    *tax_columns(TaxCategory),
    belongs_to("invoice_id", "invoices"),
    append_only=True,
)

issued_invoices = schema.table(
    "issued_invoices",
    *issued_columns(),
    Column("due_on", Date, nullable=False),
    Column("sha256", String(64), nullable=False),
    belongs_to("id", "invoices"),
    append_only=True,
)

invoice_documents = schema.table(
    "invoice_documents",
    Column("id", Uuid, primary_key=True),
    Column("pdf", LargeBinary, nullable=False),
    belongs_to("id", "issued_invoices"),
    append_only=True,
)

# What it went out as beside the PDF.
invoice_files = schema.table(
    "invoice_files",
    *file_columns(FileKind),
    belongs_to("id", "issued_invoices"),
    append_only=True,
)

schema.map(Invoice, invoices, version=invoices.c.version)

LOCK = text("select id, legal_entity_id from invoices where id = any(cast(:ids as uuid[])) order by id for update")
LOCK_CONTRACTS = text(
    "select id from contracts where id in (select contract_id from invoice_lines where invoice_id = any(:ids))"
    " order by id for update"
)
FREE = text(
    """
    insert into allocations (item_id, turn, kind, line_id, invoice_id, amount, minutes)
    select item_id, (select max(turn) from allocations later where later.item_id = taken.item_id) + 1,
           'freed', line_id, invoice_id, -amount, -minutes
    from allocations taken
    where line_id in (select id from invoice_lines where invoice_id = :invoice_id)
    """
)


async def draft_of(work: Work, *, contract_id: UUID, up_to: date) -> Invoice | None:
    """The newest draft with work of a contract up to that very day, if there is one."""
    of_contract = select(invoice_lines.c.invoice_id).where(invoice_lines.c.contract_id == contract_id)
    found: Invoice | None = await work.session.scalar(
        select(Invoice)
        .where(invoices.c.id.in_(of_contract), invoices.c.up_to == up_to, invoices.c.status == InvoiceStatus.DRAFT)
        .order_by(invoices.c.id.desc())
        .limit(1)
    )
    return found


async def nets_of(work: Work, invoice_ids: Sequence[UUID]) -> dict[UUID, dict[tuple[TaxCategory, Decimal], Decimal]]:
    """What the lines of each invoice come to, by tax category and rate."""
    line = invoice_lines.c
    by = (line.invoice_id, line.tax_category, line.tax_rate)
    wanted = select(*by, func.sum(line.net)).where(line.invoice_id.in_(invoice_ids)).group_by(*by)
    found: dict[UUID, dict[tuple[TaxCategory, Decimal], Decimal]] = defaultdict(dict)
    for invoice_id, category, rate, net in await work.session.execute(wanted):
        found[invoice_id][category, rate] = net
    return found


async def add_taxes(work: Work, taxes: Mapping[UUID, Sequence[Tax]]) -> None:
    """Keep the taxes of each draft."""
    rows = [{"invoice_id": invoice_id, **asdict(tax)} for invoice_id, each in taxes.items() for tax in each]
    await work.session.execute(insert(invoice_taxes), rows)


async def get(work: Work, invoice_id: UUID) -> Invoice | None:
    """One invoice, locked until this work ends."""
    found: Invoice | None = await work.session.scalar(
        select(Invoice).where(invoices.c.id == invoice_id).with_for_update()
    )
    return found


async def lock(work: Work, invoice_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """Let nobody else change these invoices or bill their contracts until this work ends; who sells, by invoice."""
    found = {row.id: row.legal_entity_id for row in await work.session.execute(LOCK, {"ids": list(invoice_ids)})}
    await work.session.execute(LOCK_CONTRACTS, {"ids": list(found)})
    return found


async def get_several(work: Work, invoice_ids: Collection[UUID]) -> Sequence[Invoice]:
    """These invoices, as far as there are, locked in one order until this work ends."""
    wanted = select(Invoice).where(invoices.c.id.in_(invoice_ids)).order_by(invoices.c.id).with_for_update()
    return (await work.session.scalars(wanted)).all()


async def find(work: Work, invoice_id: UUID) -> Invoice | None:
    """One invoice, to be looked at."""
    found: Invoice | None = await work.session.scalar(select(Invoice).where(invoices.c.id == invoice_id))
    return found


async def lines_of(work: Work, invoice_id: UUID) -> list[Line]:
    """The lines of an invoice, in order."""
    return (await lines_of_several(work, [invoice_id]))[invoice_id]


async def lines_of_several(work: Work, invoice_ids: Collection[UUID]) -> Mapping[UUID, list[Line]]:
    """The lines of each invoice, in order."""
    return await _by_invoice(work, Line, invoice_lines, invoice_ids, order_by=("position",))


async def taxes_of(work: Work, invoice_id: UUID) -> list[Tax]:
    """The taxes of an invoice, by category."""
    return (await taxes_of_several(work, [invoice_id]))[invoice_id]


async def taxes_of_several(work: Work, invoice_ids: Collection[UUID]) -> Mapping[UUID, list[Tax]]:
    """The taxes of each invoice, by category."""
    return await _by_invoice(work, Tax, invoice_taxes, invoice_ids, order_by=("category", "rate"))


async def keep(work: Work) -> None:
    """Write what changed, so that what is read next shows it."""
    await work.session.flush()


async def free(work: Work, invoice_id: UUID) -> None:
    """Give back everything that a draft took."""
    await work.session.execute(FREE, {"invoice_id": invoice_id})


async def add_issued(work: Work, issued: Sequence[SentOut]) -> None:
    """Keep invoices as they went out, for good."""
    await work.session.flush()
    heads = [
        {
            "id": one.id,
            "number": one.number,
            "issued_on": one.issued_on,
            "due_on": one.due_on,
            "net": one.sums.net,
            "tax": one.sums.tax,
            "gross": one.sums.gross,
            "issued_by": work.actor.subject,
            "issued_at": work.now,
            "sha256": _digest(one.files[FileKind.PDF]),
        }
        for one in issued
    ]
    await work.session.execute(insert(issued_invoices), heads)
    pdfs = [{"id": one.id, "pdf": one.files[FileKind.PDF]} for one in issued]
    await work.session.execute(insert(invoice_documents), pdfs)
    others = [
        {"id": one.id, "kind": kind, "sha256": _digest(content), "content": content}
        for one in issued
        for kind, content in one.files.items()
        if kind is not FileKind.PDF
    ]
    await work.session.execute(insert(invoice_files), others)


async def issued_of(work: Work, invoice_id: UUID) -> Issued:
    """Number and date of an issued invoice."""
    columns = issued_invoices.c.number, issued_invoices.c.issued_on
    row = (await work.session.execute(select(*columns).where(issued_invoices.c.id == invoice_id))).one()
    return Issued(row.number, row.issued_on)


async def _by_invoice(
    work: Work, kind: type[T], table: Table, invoice_ids: Collection[UUID], *, order_by: tuple[str, ...]
) -> Mapping[UUID, list[T]]:
    """The rows of each invoice as `kind`, in order."""
    columns = [table.c[one.name] for one in fields(kind)]  # type: ignore[arg-type]
    of = table.c.invoice_id
    rows = select(of, *columns).where(of.in_(invoice_ids)).order_by(of, *(table.c[name] for name in order_by))
    found: dict[UUID, list[T]] = defaultdict(list)
    for invoice_id, *said in await work.session.execute(rows):
        found[invoice_id].append(kind(*said))
    return found


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
