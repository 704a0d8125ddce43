"""How calendars and time off are kept, and what they say about people's working time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from uuid import UUID

import holidays
from sqlalchemy import Column, Date, DateTime, Integer, String, Uuid, delete, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from services.resourcing.calendars.model import (
    Holidays,
    NoSuchTimeOff,
    TimeOff,
    TimeOffKind,
    TimeOffStatus,
    UnknownCountry,
    WorkCalendar,
)
from services.resourcing.tables import schema
from shared.database import belongs_to, choice, found_by, only_one, rule
from shared.period import Period
from shared.work import Work

work_calendars = schema.table(
    "work_calendars",
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("minutes_by_weekday", ARRAY(Integer), nullable=False),
    Column("country", String(2), nullable=False),
    Column("region", String),
    belongs_to("person_id", "people"),
    only_one("person_id", "starts_on"),
    rule("week", "cardinality(minutes_by_weekday) = 7"),
)
time_off = schema.table(
    "time_off",
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_before", Date, nullable=False),
    choice("kind", TimeOffKind),
    choice("status", TimeOffStatus),
    Column("note", String, nullable=False),
    Column("requested_by", String, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", String),
    Column("decided_at", DateTime(timezone=True)),
    Column("decision_reason", String, nullable=False),
    belongs_to("person_id", "people"),
    found_by("person_id", "starts_on", why="when people are away"),
    found_by("status", "starts_on", "id", why="what waits for a decision, page by page"),
    found_by("starts_on", "id", why="everybody's leave, the latest first"),
    rule("period", "ends_before > starts_on"),
)

schema.map(WorkCalendar, work_calendars)
schema.map(TimeOff, time_off)


async def add(work: Work, record: TimeOff) -> None:
    """Keep new time off."""
    work.session.add(record)
    await work.session.flush()


async def replace(work: Work, calendars: Sequence[WorkCalendar]) -> None:
    """Keep new calendars in the place of those that the same people have from the same day."""
    starts = [(one.person_id, one.starts_on) for one in calendars]
    place = tuple_(work_calendars.c.person_id, work_calendars.c.starts_on)
    await work.session.execute(delete(work_calendars).where(place.in_(starts)))
    work.session.add_all(calendars)
    await work.session.flush()


async def get_time_off(work: Work, time_off_id: UUID) -> TimeOff:
    """One time off, locked until this work ends."""
    found: TimeOff | None = await work.session.scalar(
        select(TimeOff).where(time_off.c.id == time_off_id).with_for_update()
    )
    if found is None:
        raise NoSuchTimeOff()
    return found


def public_holidays(country: str, region: str | None, period: Period) -> Holidays:
    """The public holidays of a country, and of its region where one is given, in the years of `period`.

    Raises UnknownCountry.
    """
    last = period.ends_before or period.starts_on
    found: dict[date, str] = {}
    for year in range(period.starts_on.year, last.year + 1):
        found.update(_holidays_of_year(country, region, year))
    return found


@lru_cache(maxsize=1000)
def _holidays_of_year(country: str, region: str | None, year: int) -> Holidays:
    try:
        # Named in one language, because the library would otherwise follow the machine's.
        return dict(holidays.country_holidays(country, subdiv=region, years=year, language="en_US"))
    except (NotImplementedError, KeyError) as error:
        raise UnknownCountry(field="/region" if country in countries() else "/country") from error


@cache
def countries() -> Mapping[str, Sequence[str]]:
    """The countries whose public holidays are known, as ISO 3166 alpha-2, each with its regions."""
    return holidays.list_supported_countries(include_aliases=False)


@cache
def regions_of(country: str) -> Sequence[tuple[str, str]]:
    """The regions of a country that keep public holidays of their own, each with its name where one is known."""
    codes = countries().get(country, ())
    names = holidays.country_holidays(country).get_subdivision_aliases() if codes else {}
    return [(code, next(iter(names.get(code, ())), "")) for code in codes]
