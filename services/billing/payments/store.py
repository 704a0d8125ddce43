"""The tables of payments and of those that were taken back; both are append-only."""

from __future__ import annotations

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
    Text,
    Uuid,
    case,
    column,
    func,
    insert,
    select,
    table,
    text,
)

from services.billing.payments.model import Payment
from services.billing.tables import schema
from shared.database import amount, belongs_to, found_by, only_one, rule
from shared.work import Work

payments = schema.table(
    "payments",
    Column("id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("legal_entity_id", Uuid, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("amount"),
    Column("received_on", Date, nullable=False),
    Column("reference", String, nullable=False),
    Column("remittance", Text, nullable=False),
    Column("recorded_by", String, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    belongs_to("customer_id", "customers"),
    belongs_to("legal_entity_id", "legal_entities"),
    only_one("legal_entity_id", "reference"),
    found_by("customer_id", "id", why="the payments of a customer"),
    rule("is_money", "amount > 0"),
    append_only=True,
)
payment_reversals = schema.table(
    "payment_reversals",
    Column("payment_id", Uuid, primary_key=True),
    Column("reversed_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reversed_by", String, nullable=False),
    Column("reversed_at", DateTime(timezone=True), nullable=False),
    belongs_to("payment_id", "payments"),
    append_only=True,
)
# What is used of a payment, as receivables keep it.
settlements = table("settlements", column("payment_id", Uuid), column("amount", Numeric(20, 6)))
FIELDS = tuple(Payment.__dataclass_fields__)
# What is appended to cannot be locked by its rows: one after the other settles with a payment.
LOCK = text("select pg_advisory_xact_lock(hashtextextended('payment ' || cast(:payment_id as text), 0))")


def with_rest() -> Select[Any]:
    """Every payment with what is left of it, nothing once it was taken back, and when and why that was."""
    used = (
        select(func.coalesce(func.sum(settlements.c.amount), 0))
        .where(settlements.c.payment_id == payments.c.id)
        .scalar_subquery()
    )
    is_reversed = payment_reversals.c.payment_id.is_not(None)
    return select(
        payments,
        case((is_reversed, 0), else_=payments.c.amount - used).label("rest"),
        is_reversed.label("is_reversed"),
        payment_reversals.c.reversed_on,
        payment_reversals.c.reason.label("reversal_reason"),
    ).outerjoin(payment_reversals, payment_reversals.c.payment_id == payments.c.id)


async def add(work: Work, payment: Payment) -> None:
    """Keep a payment, for good; the database refuses a reference that the legal entity has already."""
    await work.session.execute(insert(payments).values(asdict(payment)))


async def lock(work: Work, payment_id: UUID) -> tuple[Payment, Decimal, bool] | None:
    """One payment, what is left of it, and whether it was taken back; nobody else uses it until this work ends."""
    await work.session.execute(LOCK, {"payment_id": str(payment_id)})
    row = (await work.session.execute(with_rest().where(payments.c.id == payment_id))).one_or_none()
    if row is None:
        return None
    return Payment(**{name: getattr(row, name) for name in FIELDS}), row.rest, row.is_reversed


async def add_reversal(work: Work, payment_id: UUID, *, on: date, reason: str) -> None:
    """Keep that a payment was taken back."""
    await work.session.execute(
        insert(payment_reversals).values(
            payment_id=payment_id,
            reversed_on=on,
            reason=reason,
            reversed_by=work.actor.subject,
            reversed_at=work.now,
        )
    )
