"""Reading re-ratings: what one would change, and what each changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import FromClause, Row, func, literal, select, table
from sqlalchemy import column as named

from services.billing.contracts.store import contracts
from services.billing.customers.store import customers
from services.billing.permissions import Permission
from services.billing.premiums.store import premiums
from services.billing.rates.model import Unbilled
from services.billing.rates.queries import rated_otherwise
from services.billing.re_ratings import store
from services.billing.re_ratings.model import NoSuchReRating, ReRating, check_days
from services.billing.re_ratings.store import re_rated_items, re_ratings
from shared.database import Page, page
from shared.jobs import JobState, states
from shared.work import Work

OF_ITEM = ("id", "day", "note", "staffing_role", "rule", "premium_percent", "premium_id")
items = table("billable_items", *map(named, OF_ITEM))


@dataclass(frozen=True)
class Extent:
    """What changes in one currency: how many items, and by how much."""

    currency: str
    items: int
    amount: Decimal


@dataclass(frozen=True)
class ReRatingFound:
    """A re-rating, what it changed so far, and where its job stands."""

    re_rating: ReRating
    extents: list[Extent]
    state: JobState


async def extents(work: Work, chosen: Unbilled) -> list[Extent]:
    """What a re-rating would change now, currency by currency. Raises NoDays."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    check_days(chosen)
    return await _extents(work, await rated_otherwise(work, chosen))


async def contracts_to_change(work: Work, chosen: Unbilled, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """What a re-rating would change now, contract by contract: how many items, from what and to what. Raises NoDays."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    check_days(chosen)
    found = await rated_otherwise(work, chosen)
    summed = (
        select(
            found.c.contract_id,
            func.count().label("items"),
            func.sum(found.c.from_value).label("from_value"),
            func.sum(found.c.from_value + found.c.amount).label("to_value"),
        )
        .group_by(found.c.contract_id)
        .subquery()
    )
    rows = (
        select(summed, contracts.c.number, contracts.c.name, contracts.c.currency)
        .add_columns(customers.c.name.label("customer_name"))
        .join(contracts, contracts.c.id == summed.c.contract_id)
        .join(customers, customers.c.id == contracts.c.customer_id)
    )
    return await page(work.session, rows, keys=(contracts.c.number,), cursor=cursor, limit=limit)


async def items_to_change(work: Work, chosen: Unbilled, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The items that a re-rating would change now, by day. Raises NoDays."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    check_days(chosen)
    found = await rated_otherwise(work, chosen)
    keys: Sequence[Any] = (found.c.day, found.c.item_id)
    return await page(work.session, select(found), keys=keys, cursor=cursor, limit=limit)


async def listed(work: Work, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """Re-ratings, the newest first."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    keys = (re_ratings.c.started_at, re_ratings.c.id)
    return await page(work.session, select(re_ratings), keys=keys, cursor=cursor, limit=limit, descending=True)


async def one(work: Work, re_rating_id: UUID) -> ReRatingFound:
    """One re-rating and how far it is. Raises NoSuchReRating."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    found = await store.get(work, re_rating_id)
    if found is None:
        raise NoSuchReRating()
    changed = select(re_rated_items).where(re_rated_items.c.re_rating_id == re_rating_id).subquery()
    state = (await states(work, [re_rating_id])).get(re_rating_id, JobState.DONE)
    return ReRatingFound(found, await _extents(work, changed), state)


async def changed_items(work: Work, re_rating_id: UUID, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The items that a re-rating changed, each by what it was valued before and since. Raises NoSuchReRating."""
    work.actor.must(Permission.SEE_WORK_IN_PROGRESS)
    if await store.get(work, re_rating_id) is None:
        raise NoSuchReRating()
    of_item = (items.c.day, items.c.note, items.c.staffing_role, items.c.rule, items.c.premium_percent)
    rows = (
        select(re_rated_items, *of_item, premiums.c.counted_by, premiums.c.beyond_minutes, contracts.c.number)
        .join(items, items.c.id == re_rated_items.c.item_id)
        .outerjoin(premiums, premiums.c.id == items.c.premium_id)
        .join(contracts, contracts.c.id == re_rated_items.c.contract_id)
        .where(re_rated_items.c.re_rating_id == re_rating_id)
    )
    return await page(work.session, rows, keys=(re_rated_items.c.item_id,), cursor=cursor, limit=limit)


async def _extents(work: Work, changed: FromClause) -> list[Extent]:
    of = changed.c
    summed = select(of.currency, func.count(literal(1)), func.sum(of.amount)).group_by(of.currency)
    return [Extent(*row) for row in await work.session.execute(summed.order_by(of.currency))]
