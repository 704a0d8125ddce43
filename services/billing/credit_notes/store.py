"""The tables of credit notes; what a credit note takes back is append-only from the moment it is drafted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Integer,
    String,
    Text,
    Uuid,
    insert,
    select,
    text,
)

from services.billing.credit_notes.model.credit_note import CreditNote, CreditNoteStatus
from services.billing.credit_notes.model.crediting import Billed, Part
from services.billing.invoices.model import FileKind, Line, Tax, Totals
from services.billing.legal_entities.model import TaxCategory
from services.billing.tables import file_columns, issued_columns, line_columns, schema, tax_columns
from shared.database import amount, belongs_to, choice, found_by, read
from shared.work import Work

credit_notes = schema.table(
    "credit_notes",
    Column("id", Uuid, primary_key=True),
    Column("invoice_id", Uuid, nullable=False),
    Column("reason", Text, nullable=False),
    Column("rebills", Boolean, nullable=False),
    choice("status", CreditNoteStatus),
    Column("prepared_by", String, nullable=False),
    Column("prepared_at", DateTime(timezone=True), nullable=False),
    Column("approved_by", String),
    Column("approved_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
    belongs_to("invoice_id", "invoices"),
    found_by("invoice_id", "id", why="the credit notes of an invoice"),
    found_by("status", "id", why="what waits for approval or for issuing"),
)
credit_note_lines = schema.table(
    "credit_note_lines",
    Column("credit_note_id", Uuid, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    *line_columns(TaxCategory),
    belongs_to("credit_note_id", "credit_notes"),
    append_only=True,
)
credit_note_taxes = schema.table(
    "credit_note_taxes",
    Column("credit_note_id", Uuid, primary_key=True),
    *tax_columns(TaxCategory),
    belongs_to("credit_note_id", "credit_notes"),
    append_only=True,
)
credited_items = schema.table(
    "credited_items",
    Column("credit_note_id", Uuid, primary_key=True),
    Column("item_id", Uuid, primary_key=True),
    Column("invoiced_position", Integer, nullable=False),
    amount("amount"),
    Column("minutes", Integer),
    belongs_to("credit_note_id", "credit_notes"),
    belongs_to("item_id", "billable_items"),
    found_by("item_id", why="what of an item stands on credit notes"),
    append_only=True,
)
issued_credit_notes = schema.table(
    "issued_credit_notes",
    *issued_columns(),
    belongs_to("id", "credit_notes"),
    append_only=True,
)
credit_note_files = schema.table(
    "credit_note_files",
    *file_columns(FileKind),
    belongs_to("id", "issued_credit_notes"),
    append_only=True,
)
schema.map(CreditNote, credit_notes, version=credit_notes.c.version)

BILLED = text(
    """
    select taken.item_id, line.position, item.day, taken.amount,
           case when line.minutes is not null then taken.minutes end as minutes,
           coalesce(sum(credited.amount), 0) as credited_amount, coalesce(sum(credited.minutes), 0) as credited_minutes
    from invoice_lines line
    join allocations taken on taken.line_id = line.id and taken.kind = 'taken'
    join billable_items item on item.id = taken.item_id
    left join (credited_items credited join credit_notes note
               on note.id = credited.credit_note_id and note.status <> 'discarded')
           on credited.item_id = taken.item_id and note.invoice_id = line.invoice_id
    where line.invoice_id = :invoice_id
    group by taken.item_id, line.position, line.minutes, item.day, taken.amount, taken.minutes
    order by line.position, item.day, taken.item_id
    """
)
CREDIT = text(
    """
    insert into credited_items (credit_note_id, item_id, invoiced_position, amount, minutes)
    select :credit_note_id, * from unnest(cast(:items as uuid[]), cast(:positions as integer[]),
                                          cast(:amounts as numeric[]), cast(:minutes as integer[]))
    """
)
# What is credited is open again: one more turn of its item frees as much as the credit note takes back.
FREE = text(
    """
    insert into allocations (item_id, turn, kind, line_id, invoice_id, amount, minutes)
    select credited.item_id, (select max(turn) from allocations past where past.item_id = credited.item_id) + 1,
           'freed', taken.line_id, taken.invoice_id, -credited.amount, -coalesce(credited.minutes, 0)
    from credited_items credited
    join credit_notes note on note.id = credited.credit_note_id
    join allocations taken
      on taken.item_id = credited.item_id and taken.invoice_id = note.invoice_id and taken.kind = 'taken'
    where credited.credit_note_id = :credit_note_id
    """
)


async def get(work: Work, credit_note_id: UUID) -> CreditNote | None:
    """One credit note, locked until this work ends."""
    found: CreditNote | None = await work.session.scalar(
        select(CreditNote).where(credit_notes.c.id == credit_note_id).with_for_update()
    )
    return found


async def billed(work: Work, invoice_id: UUID) -> list[Billed]:
    """What an invoice took of each item, and what of that stands on credit notes that were not discarded."""
    return [Billed(**row._mapping) for row in await work.session.execute(BILLED, {"invoice_id": invoice_id})]


async def taxes_before(work: Work, invoice_id: UUID) -> list[Tax]:
    """The taxes on the credit notes of an invoice that were not discarded."""
    note = credit_notes.c
    standing = select(note.id).where(note.invoice_id == invoice_id, note.status != CreditNoteStatus.DISCARDED)
    return await read(work.session, Tax, credit_note_taxes, credit_note_taxes.c.credit_note_id.in_(standing))


async def draft(
    work: Work, note: CreditNote, *, lines: Sequence[Line], taxes: Sequence[Tax], parts: Sequence[Part]
) -> None:
    """Keep a new draft with everything on it."""
    work.session.add(note)
    await work.session.flush()
    await work.session.execute(insert(credit_note_lines), [{"credit_note_id": note.id, **asdict(one)} for one in lines])
    await work.session.execute(insert(credit_note_taxes), [{"credit_note_id": note.id, **asdict(one)} for one in taxes])
    await work.session.execute(
        CREDIT,
        {
            "credit_note_id": note.id,
            "items": [part.billed.item_id for part in parts],
            "positions": [part.position for part in parts],
            "amounts": [part.amount for part in parts],
            "minutes": [part.minutes for part in parts],
        },
    )


async def lines_of(work: Work, credit_note_id: UUID) -> list[Line]:
    """The lines of a credit note, in order."""
    line = credit_note_lines.c
    of_note = line.credit_note_id == credit_note_id
    return await read(work.session, Line, credit_note_lines, of_note, order_by=(line.position,))


async def taxes_of(work: Work, credit_note_id: UUID) -> list[Tax]:
    """The taxes of a credit note, by category."""
    tax = credit_note_taxes.c
    of_note = tax.credit_note_id == credit_note_id
    return await read(work.session, Tax, credit_note_taxes, of_note, order_by=(tax.category, tax.rate))


async def keep(work: Work) -> None:
    """Write what changed, so that what is read next shows it."""
    await work.session.flush()


async def free(work: Work, credit_note_id: UUID) -> None:
    """Open the work that an issued credit note takes back."""
    await work.session.execute(FREE, {"credit_note_id": credit_note_id})


async def add_issued(
    work: Work,
    credit_note_id: UUID,
    *,
    number: str,
    issued_on: date,
    sums: Totals,
    issued_by: str,
    issued_at: datetime,
    files: Mapping[FileKind, bytes],
) -> None:
    """Keep a credit note as it went out, for good."""
    await work.session.flush()
    await work.session.execute(
        insert(issued_credit_notes).values(
            id=credit_note_id,
            number=number,
            issued_on=issued_on,
            net=sums.net,
            tax=sums.tax,
            gross=sums.gross,
            issued_by=issued_by,
            issued_at=issued_at,
        )
    )
    kept = [
        {"id": credit_note_id, "kind": kind, "sha256": hashlib.sha256(content).hexdigest(), "content": content}
        for kind, content in files.items()
    ]
    await work.session.execute(insert(credit_note_files), kept)
