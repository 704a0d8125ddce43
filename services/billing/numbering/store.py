"""The counters, one locked row per series."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import Column, Date, Integer, String, select, text

from services.billing.tables import schema
from shared.work import Work

number_series = schema.table(
    "number_series",
    Column("series", String, primary_key=True),
    Column("last_number", Integer, nullable=False),
    Column("last_dated_on", Date, nullable=False),
    counter="last_number",
)

# The row stays locked until this work ends: the next number waits, and is given again if this work is rolled back.
TAKE = text(
    """
    insert into number_series (series, last_number, last_dated_on) values (:series, :count, :dated_on)
    on conflict (tenant_id, series) do update
       set last_number = number_series.last_number + excluded.last_number, last_dated_on = excluded.last_dated_on
     where number_series.last_dated_on <= excluded.last_dated_on
    returning last_number
    """
)


async def take(work: Work, count: int, *, series: str, dated_on: date) -> int | None:
    """The last number of `series` once it is counted up; nothing when the one before is dated later."""
    last: int | None = await work.session.scalar(TAKE, {"series": series, "count": count, "dated_on": dated_on})
    return last


async def is_begun(work: Work, series: Collection[str]) -> bool:
    """Whether any of these has given a number."""
    begun = select(number_series.c.series).where(number_series.c.series.in_(series))
    return await work.session.scalar(begun.limit(1)) is not None
