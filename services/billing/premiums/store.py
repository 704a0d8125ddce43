"""The table of premiums."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import holidays
from sqlalchemy import Column, Date, Integer, Row, String, Uuid, insert, select, text, update

from services.billing.premiums.model import CountedBy, HolidaysOfWhere, Premium, PremiumKind
from services.billing.tables import schema
from shared.database import amount, belongs_to, choice, found_by
from shared.period import Period
from shared.work import Work

premiums = schema.table(
    "premiums",
    Column("id", Uuid, primary_key=True),
    choice("kind", PremiumKind),
    Column("contract_id", Uuid),
    Column("customer_id", Uuid),
    amount("percent"),
    Column("country", String(2)),
    Column("region", String),
    choice("counted_by", CountedBy, nullable=True),
    Column("beyond_minutes", Integer),
    Column("starts_on", Date, nullable=False),
    Column("ends_before", Date),
    belongs_to("contract_id", "contracts"),
    belongs_to("customer_id", "customers"),
    found_by("kind", "starts_on", "id", why="the premiums that may count for an entry; the list of them"),
)

ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(current_setting('app.tenant') || '/premiums', 0))")


async def wait_for_turn(work: Work) -> None:
    """Let nobody else agree a premium until this work ends, so that no two overlap."""
    await work.session.execute(ONE_AT_A_TIME)


async def add(work: Work, premium: Premium) -> None:
    """Keep a new premium."""
    period = premium.period
    row = {name: getattr(premium, name) for name in premiums.c.keys() if hasattr(premium, name)}
    await work.session.execute(
        insert(premiums).values(row | {"starts_on": period.starts_on, "ends_before": period.ends_before})
    )


async def end(work: Work, premium: Premium) -> None:
    """Let a premium end when it now does."""
    ends = {"ends_before": premium.period.ends_before}
    await work.session.execute(update(premiums).where(premiums.c.id == premium.id).values(ends))


async def get(work: Work, premium_id: UUID) -> Premium | None:
    """One premium, if there is such."""
    row = (await work.session.execute(select(premiums).where(premiums.c.id == premium_id))).one_or_none()
    return None if row is None else premium_of(row)


async def of_kind(work: Work, kind: PremiumKind) -> list[Premium]:
    """Every premium on such days."""
    rows = await work.session.execute(select(premiums).where(premiums.c.kind == kind))
    return [premium_of(row) for row in rows]


def days_of(premium: Premium, *, until: int) -> Iterable[date]:
    """The public holidays that it is for, up to the end of a year. Raises HolidaysOfWhere."""
    if premium.country is None:
        return []
    years = range(premium.period.starts_on.year, until + 1)
    return [day for year in years for day in public_holidays(premium.country, premium.region, year)]


@lru_cache(maxsize=1000)
def public_holidays(country: str, region: str | None, year: int) -> tuple[date, ...]:
    """The public holidays of a country or region in a year. Raises HolidaysOfWhere."""
    try:
        return tuple(sorted(holidays.country_holidays(country, subdiv=region, years=year)))
    except (NotImplementedError, KeyError) as error:
        raise HolidaysOfWhere(field="/country") from error


def premium_of(row: Row[Any]) -> Premium:
    """The premium in a row of the table."""
    said = {name: getattr(row, name) for name in premiums.c.keys() if name in Premium.__dataclass_fields__}
    return Premium(**said, period=Period(row.starts_on, row.ends_before))
