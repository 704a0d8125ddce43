"""How calendars and time off are kept, and what they say about people's working time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import cache, lru_cache
from uuid import UUID

import holidays
from sqlalchemy import Column, Date, DateTime, Integer, String, Uuid, delete, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from services.resourcing.calendars.model import (
    CalendarChange,
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
calendar_changes = schema.table(
    "calendar_changes",
    Column("made_by", String, primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("person_ids", ARRAY(Uuid), nullable=False),
    Column("replaced", JSONB, nullable=False),
    audited=False,
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

CALENDAR = tuple(each for each in work_calendars.c if each.name != "tenant_id")
# What JSON keeps as text, and how it is read.
AS_TEXT: Mapping[str, Callable[[str], object]] = {"id": UUID, "person_id": UUID, "starts_on": date.fromisoformat}

schema.map(WorkCalendar, work_calendars)
schema.map(TimeOff, time_off)


async def add(work: Work, record: TimeOff) -> None:
    """Keep new time off."""
    work.session.add(record)
    await work.session.flush()


async def replace(work: Work, calendars: Sequence[WorkCalendar]) -> list[WorkCalendar]:
    """Keep new calendars in the place of those that the same people have from the same day; gives what gave way."""
    starts = [(one.person_id, one.starts_on) for one in calendars]
    place = tuple_(work_calendars.c.person_id, work_calendars.c.starts_on)
    gone = await work.session.execute(delete(work_calendars).where(place.in_(starts)).returning(*CALENDAR))
    replaced = [WorkCalendar(**row._mapping) for row in gone]
    work.session.add_all(calendars)
    await work.session.flush()
    return replaced


async def remember(work: Work, change: CalendarChange) -> None:
    """Keep the last change of calendars of a log-in, in the place of the one before."""
    replaced = [asdict(one) for one in change.replaced]
    texts = [{**one, **{name: str(one[name]) for name in AS_TEXT}} for one in replaced]
    kept = {"id": change.id, "person_ids": list(change.person_ids), "replaced": texts}
    told = insert(calendar_changes).values(made_by=change.made_by, **kept)
    await work.session.execute(told.on_conflict_do_update(index_elements=["tenant_id", "made_by"], set_=kept))


async def take_last_change(work: Work, change_id: UUID) -> CalendarChange | None:
    """The change of calendars, if it is the actor's last one; it can be taken once."""
    own = (calendar_changes.c.id == change_id, calendar_changes.c.made_by == work.actor.subject)
    found = (await work.session.execute(delete(calendar_changes).where(*own).returning(*calendar_changes.c))).first()
    if found is None:
        return None
    replaced = [{**one, **{name: read(one[name]) for name, read in AS_TEXT.items()}} for one in found.replaced]
    return CalendarChange(found.id, found.made_by, found.person_ids, [WorkCalendar(**one) for one in replaced])


async def take_back(work: Work, change: CalendarChange) -> bool:
    """Keep what gave way to a change in its place again, if everything that it set still stands; whether it did."""
    made = [change.calendar_id(person_id) for person_id in change.person_ids]
    gone = delete(work_calendars).where(work_calendars.c.id.in_(made)).returning(work_calendars.c.id)
    if len((await work.session.execute(gone)).all()) < len(made):
        return False
    work.session.add_all(change.replaced)
    await work.session.flush()
    return True


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
