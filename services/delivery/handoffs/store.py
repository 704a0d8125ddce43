"""How handoffs are kept."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Column, Date, DateTime, Integer, String, Uuid, select
from sqlalchemy.orm import composite

from services.delivery.handoffs.model import Handoff, HandoffContact, HandoffLine, HandoffRole, HandoffState
from services.delivery.tables import schema
from services.delivery.templates.model.rules import BillingMethod
from shared.database import amount, belongs_to, choice, found_by, only_one
from shared.errors import NotFound
from shared.money import Money
from shared.work import Work


class NoSuchHandoff(NotFound):
    """There is no such handoff."""


handoffs = schema.table(
    "handoffs",
    Column("id", Uuid, primary_key=True),
    Column("thread_id", Uuid, nullable=False),
    Column("number", String, nullable=False),
    Column("name", String, nullable=False),
    Column("seller", String, nullable=False),
    Column("account_id", Uuid, nullable=False),
    Column("account_name", String, nullable=False),
    amount("price"),
    amount("cost"),
    Column("currency", String(3), nullable=False),
    Column("closed_on", Date, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_before", Date, nullable=False),
    Column("payment_terms_days", Integer, nullable=False),
    Column("purchase_order", String),
    Column("quote_reference", String),
    Column("template_wish", String),
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("correction", String),
    choice("state", HandoffState),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", String),
    Column("decided_at", DateTime(timezone=True)),
    Column("reasons", ARRAY(String), nullable=False),
    Column("project_id", Uuid),
    Column("sequence", BigInteger, nullable=False),
    only_one("thread_id"),
    found_by("state", "opened_at", "id", why="the list of open handoffs"),
    found_by("opened_at", "id", why="the list of all handoffs"),
)
lines = schema.table(
    "handoff_lines",
    Column("id", Uuid, primary_key=True),
    Column("handoff_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    Column("description", String, nullable=False),
    choice("method", BillingMethod),
    amount("amount"),
    Column("product", String, nullable=False),
    Column("staffing_role", String),
    Column("minutes", Integer),
    amount("hourly_rate", nullable=True),
    Column("milestone_due_on", Date),
    amount("cap", nullable=True),
    belongs_to("handoff_id", "handoffs"),
    found_by("handoff_id", why="the lines of a handoff"),
)
roles = schema.table(
    "handoff_roles",
    Column("id", Uuid, primary_key=True),
    Column("handoff_id", Uuid, nullable=False),
    Column("position", Integer, nullable=False),
    Column("staffing_role", String, nullable=False),
    Column("minutes", Integer, nullable=False),
    amount("hourly_price"),
    amount("hourly_cost"),
    Column("line_id", Uuid),
    Column("skills", ARRAY(String), nullable=False),
    belongs_to("handoff_id", "handoffs"),
    found_by("handoff_id", why="the estimate of a handoff"),
)
contacts = schema.table(
    "handoff_contacts",
    Column("id", Uuid, primary_key=True),
    Column("handoff_id", Uuid, nullable=False),
    Column("name", String, nullable=False),
    Column("email", String, nullable=False),
    Column("role", String, nullable=False),
    belongs_to("handoff_id", "handoffs"),
    found_by("handoff_id", why="the contacts of a handoff"),
)

schema.map(HandoffLine, lines)
schema.map(HandoffRole, roles)
schema.map(HandoffContact, contacts)
schema.map(
    Handoff,
    handoffs,
    properties={
        "price_amount": handoffs.c.price,
        "price_currency": handoffs.c.currency,
        "price": composite(Money, "price_amount", "price_currency"),
        "lines": schema.parts(HandoffLine, lines, of=handoffs, by="handoff_id", order_by=lines.c.position),
        "roles": schema.parts(HandoffRole, roles, of=handoffs, by="handoff_id", order_by=roles.c.position),
        "contacts": schema.parts(HandoffContact, contacts, of=handoffs, by="handoff_id", order_by=contacts.c.name),
    },
)


async def find(work: Work, handoff_id: UUID) -> Handoff | None:
    """Load a handoff, if there is one, and lock it until this work ends."""
    found: Handoff | None = await work.session.scalar(
        select(Handoff).where(handoffs.c.id == handoff_id).with_for_update()
    )
    return found


async def read(work: Work, handoff_id: UUID) -> Handoff:
    """Load a handoff to look at it."""
    found = await work.session.scalar(select(Handoff).where(handoffs.c.id == handoff_id))
    if found is None:
        raise NoSuchHandoff()
    return found


async def get(work: Work, handoff_id: UUID) -> Handoff:
    """Load a handoff and lock it until this work ends."""
    found = await find(work, handoff_id)
    if found is None:
        raise NoSuchHandoff()
    return found


def add(work: Work, handoff: Handoff) -> None:
    """Keep a new handoff."""
    work.session.add(handoff)
