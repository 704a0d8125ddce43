"""The table of settlements; what is open on an invoice is always reckoned from it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Numeric,
    Select,
    String,
    Uuid,
    column,
    func,
    insert,
    select,
    table,
)

from services.billing.receivables.model import Position, Settlement, SettlementKind
from services.billing.tables import schema
from shared.database import amount, belongs_to, choice, found_by, only_one, read, rule
from shared.work import Work

settlements = schema.table(
    "settlements",
    Column("id", Uuid, primary_key=True),
    choice("kind", SettlementKind),
    Column("cause_id", Uuid, nullable=False),
    Column("invoice_id", Uuid),
    Column("payment_id", Uuid),
    amount("amount"),
    Column("settled_on", Date, nullable=False),
    Column("reverses_id", Uuid),
    Column("settled_by", String, nullable=False),
    Column("settled_at", DateTime(timezone=True), nullable=False),
    belongs_to("invoice_id", "issued_invoices"),
    belongs_to("reverses_id", "settlements"),
    only_one("reverses_id", where="reverses_id is not null"),
    found_by("invoice_id", "settled_on", where="invoice_id is not null", why="what is open on an invoice on a day"),
    found_by("payment_id", where="payment_id is not null", why="what is left of a payment"),
    found_by("cause_id", why="what a payment settled"),
    rule("says_something", "amount <> 0 and (invoice_id is not null or payment_id is not null)"),
    append_only=True,
)
# What a claim is, as invoices keep it.
invoices = table(
    "invoices",
    column("id", Uuid),
    column("customer_id", Uuid),
    column("legal_entity_id", Uuid),
    column("thread_id", Uuid),
    column("currency", String),
)
issued_invoices = table(
    "issued_invoices",
    column("id", Uuid),
    column("number", String),
    column("issued_on", Date),
    column("due_on", Date),
    column("net", Numeric(20, 6)),
    column("gross", Numeric(20, 6)),
)


def positions(*, as_of: date | None = None) -> Select[Any]:
    """Every issued invoice as a claim, with what was open on it at the end of the day `as_of`, or is now."""
    of_invoice = settlements.c.invoice_id == issued_invoices.c.id
    in_time = () if as_of is None else (settlements.c.settled_on <= as_of,)
    settled = select(func.coalesce(func.sum(settlements.c.amount), 0)).where(of_invoice, *in_time).scalar_subquery()
    found = select(
        invoices.c.id.label("invoice_id"),
        issued_invoices.c.number,
        invoices.c.customer_id,
        invoices.c.legal_entity_id,
        invoices.c.thread_id,
        invoices.c.currency,
        issued_invoices.c.issued_on,
        issued_invoices.c.due_on,
        issued_invoices.c.gross,
        (issued_invoices.c.gross - settled).label("open"),
    ).join_from(issued_invoices, invoices, invoices.c.id == issued_invoices.c.id)
    return found if as_of is None else found.where(issued_invoices.c.issued_on <= as_of)


async def lock(work: Work, invoice_ids: Collection[UUID]) -> dict[UUID, Position]:
    """The claims of these invoices, locked in one order until this work ends."""
    ids = select(invoices.c.id).where(invoices.c.id.in_(invoice_ids)).order_by(invoices.c.id).with_for_update()
    await work.session.execute(ids)
    rows = await work.session.execute(positions().where(issued_invoices.c.id.in_(invoice_ids)))
    return {row.invoice_id: Position(**row._mapping) for row in rows}


async def add(work: Work, new: Sequence[Settlement]) -> None:
    """Keep settlements, for good."""
    said = {"settled_by": work.actor.subject, "settled_at": work.now}
    if new:
        await work.session.execute(insert(settlements), [{**asdict(one), **said} for one in new])


async def settled(work: Work, invoice_id: UUID) -> dict[SettlementKind, Decimal]:
    """What settled an invoice by now, by kind."""
    one = settlements.c
    sums = select(one.kind, func.sum(one.amount)).where(one.invoice_id == invoice_id).group_by(one.kind)
    return {SettlementKind(kind): amount for kind, amount in await work.session.execute(sums)}


async def standing(work: Work, cause_id: UUID) -> list[Settlement]:
    """What was settled for one cause and not taken back."""
    one = settlements.c
    undone = select(one.reverses_id).where(one.reverses_id.is_not(None))
    conditions = (one.cause_id == cause_id, one.reverses_id.is_(None), one.id.not_in(undone))
    return await read(work.session, Settlement, settlements, *conditions, order_by=(one.id,))
