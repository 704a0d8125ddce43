"""The table of write-offs; what they settle and what was recovered stands in the settlements of the invoice."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    Numeric,
    String,
    Text,
    Uuid,
    column,
    func,
    select,
    table,
)

from services.billing.receivables.model import SettlementKind
from services.billing.tables import schema
from services.billing.write_offs.model import ChargedTo, GivenUp, WriteOff, WriteOffStatus
from shared.database import amount, belongs_to, choice, found_by, rule
from shared.work import Work

write_offs = schema.table(
    "write_offs",
    Column("id", Uuid, primary_key=True),
    Column("invoice_id", Uuid, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("amount"),
    amount("tax"),
    Column("reason", Text, nullable=False),
    Column("proposed_by", String, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    choice("status", WriteOffStatus),
    choice("charged_to", ChargedTo, nullable=True),
    Column("written_off_on", Date),
    Column("decided_by", String),
    Column("decided_at", DateTime(timezone=True)),
    Column("refused_because", Text, nullable=False),
    Column("reclaims_tax", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    belongs_to("invoice_id", "issued_invoices"),
    found_by("status", "id", why="what waits for approval"),
    found_by("invoice_id", "id", why="the write-offs of an invoice"),
    rule("is_money", "amount > 0 and tax >= 0 and tax <= amount"),
)
schema.map(WriteOff, write_offs, version=write_offs.c.version)
# What an invoice comes to, as invoices keep it.
issued_invoices = table(
    "issued_invoices", column("id", Uuid), column("net", Numeric(20, 6)), column("gross", Numeric(20, 6))
)


# What came back of a write-off, as receivables keep it.
settlements = table("settlements", column("cause_id", Uuid), column("kind", String), column("amount", Numeric(20, 6)))


async def add(work: Work, write_off: WriteOff) -> None:
    """Keep a proposal; the database refuses an id that is taken."""
    work.session.add(write_off)
    await work.session.flush()


async def get(work: Work, write_off_id: UUID) -> WriteOff | None:
    """One write-off, locked until this work ends."""
    found: WriteOff | None = await work.session.scalar(
        select(WriteOff).where(write_offs.c.id == write_off_id).with_for_update()
    )
    return found


async def net_and_gross(work: Work, invoice_id: UUID) -> tuple[Decimal, Decimal]:
    """What an issued invoice comes to without its tax and with it."""
    wanted = select(issued_invoices.c.net, issued_invoices.c.gross).where(issued_invoices.c.id == invoice_id)
    row = (await work.session.execute(wanted)).one()
    return row.net, row.gross


async def given_up(work: Work, invoice_id: UUID) -> GivenUp:
    """What of an invoice is given up, or is proposed to be, so that its tax is reclaimed."""
    came_back = (
        select(-func.coalesce(func.sum(settlements.c.amount), 0))
        .where(settlements.c.cause_id == write_offs.c.id, settlements.c.kind == SettlementKind.RECOVERY)
        .scalar_subquery()
    )
    wanted = select(WriteOff, came_back).where(
        write_offs.c.invoice_id == invoice_id,
        write_offs.c.status != WriteOffStatus.REFUSED,
        write_offs.c.reclaims_tax,
    )
    rows = await work.session.execute(wanted)
    return sum((one.standing(Decimal(back)) for one, back in rows), GivenUp())


async def keep(work: Work) -> None:
    """Write what changed, so that what is read next shows it."""
    await work.session.flush()
