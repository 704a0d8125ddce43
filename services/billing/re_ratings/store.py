"""The tables of re-ratings and of what each changed, and the statement that gives items another rate."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import Column, Date, DateTime, Integer, String, Text, Uuid, func, insert, select, text

from services.billing.rates.model import ReRated, Unbilled
from services.billing.re_ratings.model import ReRating
from services.billing.tables import schema
from shared.database import amount, belongs_to, found_by, read
from shared.work import Work

re_ratings = schema.table(
    "re_ratings",
    Column("id", Uuid, primary_key=True),
    Column("contract_id", Uuid),
    Column("customer_id", Uuid),
    Column("from_on", Date),
    Column("up_to", Date),
    Column("reason", Text, nullable=False),
    Column("started_by", String, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    belongs_to("contract_id", "contracts"),
    belongs_to("customer_id", "customers"),
    found_by("started_at", "id", why="the re-ratings, the newest first"),
    append_only=True,
)

# What an item was valued by before and is since; a re-rating does it once to each item.
re_rated_items = schema.table(
    "re_rated_items",
    Column("re_rating_id", Uuid, primary_key=True),
    Column("item_id", Uuid, primary_key=True),
    Column("contract_id", Uuid, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("minutes", Integer, nullable=False),
    amount("amount"),
    Column("from_rate_id", Uuid, nullable=False),
    amount("from_rate"),
    Column("from_rule", String, nullable=False),
    Column("from_premium", String),
    amount("from_premium_percent", nullable=True),
    Column("to_rate_id", Uuid, nullable=False),
    amount("to_rate"),
    Column("to_rule", String, nullable=False),
    Column("to_premium", String),
    amount("to_premium_percent", nullable=True),
    belongs_to("re_rating_id", "re_ratings"),
    belongs_to("item_id", "billable_items"),
    found_by("item_id", why="the rates that an item had"),
    append_only=True,
)

CONTRACTS = """
    from contracts contract
    where contract.status = 'active'
      and (cast(:contract_id as uuid) is null or contract.id = :contract_id)
      and (cast(:customer_id as uuid) is null or contract.customer_id = :customer_id)
"""
HOW_MANY = text(f"select count(*) {CONTRACTS}")
NEXT = text(f"select contract.id {CONTRACTS} and contract.id > :after order by contract.id limit :many")

RATE = text(
    """
    update billable_items item
       set rate_id = given.to_rate_id, rate = given.to_rate, rule = given.to_rule, premium = given.to_premium,
           premium_percent = given.to_premium_percent
      from jsonb_to_recordset(cast(:changed as jsonb)) as given (
               item_id uuid, to_rate_id uuid, to_rate numeric, to_rule text, to_premium text,
               to_premium_percent numeric)
     where item.id = given.item_id
    """
)


async def add(work: Work, one: ReRating) -> None:
    """Keep what was asked."""
    await work.session.execute(insert(re_ratings).values(asdict(one)))


async def get(work: Work, re_rating_id: UUID) -> ReRating | None:
    """One re-rating, if there is such."""
    found = await read(work.session, ReRating, re_ratings, re_ratings.c.id == re_rating_id)
    return found[0] if found else None


async def contracts_in_all(work: Work, chosen: Unbilled) -> int:
    """How many contracts are looked at."""
    asked = {"contract_id": chosen.contract_id, "customer_id": chosen.customer_id}
    return int(await work.session.scalar(HOW_MANY, asked) or 0)


async def contracts_after(work: Work, chosen: Unbilled, *, after: UUID, many: int) -> list[UUID]:
    """The contracts that are looked at next."""
    asked = {"contract_id": chosen.contract_id, "customer_id": chosen.customer_id}
    return list(await work.session.scalars(NEXT, {**asked, "after": after, "many": many}))


async def keep(work: Work, re_rating_id: UUID, changed: Sequence[ReRated]) -> None:
    """Keep which rates items had, and have since."""
    rows = [{"re_rating_id": re_rating_id, **asdict(one)} for one in changed]
    await work.session.execute(insert(re_rated_items), rows)


async def give_rates(work: Work, changed: Sequence[ReRated]) -> None:
    """Let items have the rates that count by now."""
    await work.session.execute(RATE, {"changed": json.dumps([asdict(one) for one in changed], default=str)})


async def count(work: Work, re_rating_id: UUID) -> int:
    """How many items a re-rating changed so far."""
    wanted = select(func.count()).where(re_rated_items.c.re_rating_id == re_rating_id)
    return int(await work.session.scalar(wanted) or 0)
