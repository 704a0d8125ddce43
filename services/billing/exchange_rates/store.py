"""The table of exchange rates; a correction is another version."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Date, DateTime, Integer, Numeric, Select, String, Uuid, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from services.billing.exchange_rates.model import ExchangeRate, KeptRate
from services.billing.tables import schema
from shared.database import found_by, only_one, read, rule
from shared.work import Work

exchange_rates = schema.table(
    "exchange_rates",
    Column("id", Uuid, primary_key=True),
    Column("pair", String(7), nullable=False),
    Column("base_currency", String(3), nullable=False),
    Column("quote_currency", String(3), nullable=False),
    Column("rate", Numeric(20, 10), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_before", Date, nullable=False),
    Column("version", Integer, nullable=False),
    Column("entered_at", DateTime(timezone=True), nullable=False),
    Column("entered_by", String, nullable=False),
    only_one("pair", "starts_on", "version"),
    found_by("starts_on", "id", why="the rates, the latest first"),
    rule("is_worth_something", "rate > 0"),
    rule("ends_after_it_starts", "ends_before > starts_on"),
    append_only=True,
)


async def add(work: Work, new: Sequence[tuple[UUID, int, ExchangeRate]]) -> None:
    """Keep new rates; the database refuses a version that somebody else entered meanwhile."""
    rows: list[dict[str, Any]] = [
        {
            "id": id,
            "pair": rate.pair,
            "base_currency": rate.base_currency,
            "quote_currency": rate.quote_currency,
            "rate": rate.rate,
            "starts_on": rate.starts_on,
            "ends_before": rate.ends_before,
            "version": version,
            "entered_at": work.now,
            "entered_by": work.actor.subject,
        }
        for id, version, rate in new
    ]
    if rows:
        await work.session.execute(insert(exchange_rates), rows)


async def standing(work: Work, places: Collection[tuple[str, date]]) -> dict[tuple[str, date], KeptRate]:
    """The last version of the rates of these pairs that start on these days."""
    one = exchange_rates.c
    wanted = tuple_(one.pair, one.starts_on).in_(places)
    found = await read(work.session, KeptRate, exchange_rates, wanted, order_by=(one.version,))
    return {(rate.pair, rate.starts_on): rate for rate in found}


async def covering(work: Work, pairs: Collection[str], *, first: date, last: date) -> list[KeptRate]:
    """Every rate of these pairs that covers one of the days."""
    one = exchange_rates.c
    wanted = (one.pair.in_(pairs), one.starts_on <= last, one.ends_before > first)
    return await read(work.session, KeptRate, exchange_rates, *wanted)


def latest_first() -> Select[Any]:
    """Every rate, and whether a later version of it counts instead."""
    later = exchange_rates.alias("later")
    one, other = exchange_rates.c, later.c
    same = (other.pair == one.pair, other.starts_on == one.starts_on, other.version > one.version)
    return select(exchange_rates, select(1).where(*same).exists().label("is_corrected"))
