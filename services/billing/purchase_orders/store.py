"""The tables of purchase orders and of what was billed under them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Column, DateTime, String, Text, Uuid, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from services.billing.purchase_orders.model import Draw, PurchaseOrder
from services.billing.tables import schema
from shared.database import amount, belongs_to, found_by, read
from shared.work import Work

purchase_orders = schema.table(
    "purchase_orders",
    Column("id", Uuid, primary_key=True),
    Column("contract_id", Uuid, nullable=False),
    Column("number", String, nullable=False),
    amount("budget", nullable=True),
    Column("reason", Text, nullable=False),
    Column("noted_by", String, nullable=False),
    Column("noted_at", DateTime(timezone=True), nullable=False),
    belongs_to("contract_id", "contracts"),
    found_by("contract_id", "id", why="the orders of a contract, the one that counts last"),
    append_only=True,
)

# What each document billed under the order of a contract, or gave back to it: a document draws once on each.
purchase_order_draws = schema.table(
    "purchase_order_draws",
    Column("document_id", Uuid, primary_key=True),
    Column("contract_id", Uuid, primary_key=True),
    Column("number", String, nullable=False),
    amount("amount"),
    belongs_to("contract_id", "contracts"),
    found_by("contract_id", "number", why="how much of an order is spent"),
    append_only=True,
)


async def add(work: Work, order: PurchaseOrder) -> None:
    """Keep an order as it was noted."""
    await work.session.execute(insert(purchase_orders).values(asdict(order)))


async def of_contract(work: Work, contract_id: UUID) -> list[PurchaseOrder]:
    """The orders noted on a contract, in order."""
    order = purchase_orders.c
    of_contract = order.contract_id == contract_id
    return await read(work.session, PurchaseOrder, purchase_orders, of_contract, order_by=(order.id,))


async def spent(work: Work, orders: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], Decimal]:
    """What was billed under each order of a contract, less what was credited."""
    if not orders:
        return {}
    draws = purchase_order_draws.c
    order = draws.contract_id, draws.number
    wanted = select(*order, func.sum(draws.amount)).where(tuple_(*order).in_(orders)).group_by(*order)
    found = {(contract_id, number): amount for contract_id, number, amount in await work.session.execute(wanted)}
    return {each: found.get(each, Decimal()) for each in orders}


async def order_of(work: Work, document_id: UUID, *, contract_id: UUID) -> str | None:
    """The order that what is of a contract on a document was billed under, if it was."""
    draws = purchase_order_draws.c
    wanted = select(draws.number).where(draws.document_id == document_id, draws.contract_id == contract_id)
    found: str | None = await work.session.scalar(wanted)
    return found


async def draw(work: Work, draws: Sequence[Draw]) -> None:
    """Keep what documents billed under orders, each once."""
    if draws:
        writing = insert(purchase_order_draws).on_conflict_do_nothing()
        await work.session.execute(writing, [asdict(each) for each in draws])
