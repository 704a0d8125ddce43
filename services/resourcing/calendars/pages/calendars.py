"""Calendars as people see them: who works how by now, and letting another week hold from a day on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import AfterValidator, Field

from services.resourcing.calendars import actions, queries
from services.resourcing.calendars.api import Country, Region
from services.resourcing.calendars.model import DAY_MINUTES, CalendarChange
from services.resourcing.people.queries import people_by_id
from services.resourcing.permissions import Permission
from shared.database import LIMIT_MAX
from shared.pages import InWork, PageRoute, TypedHours, form_of, page, toast
from shared.ui.formats import weekday
from shared.ui.listing import Column, Listing, Rows, in_hours
from shared.ui.reader import current_reader
from shared.ui.words import gettext as _
from shared.ui.words import ngettext
from shared.web.bodies import Body

router = APIRouter(route_class=PageRoute)
HERE = "/resourcing/calendars"
A_WEEK = [date(2024, 1, day) for day in range(1, 8)]  # from a Monday on, for the names of the days
FULL_WEEK = [480, 480, 480, 480, 480, 0, 0]


def _within_a_day(minutes: int) -> int:
    """What is worked on one day, in the words of pydantic."""
    if not 0 <= minutes <= DAY_MINUTES:
        raise ValueError(_("A day has 0 to 24 hours."))
    return minutes


Hours = Annotated[int, TypedHours, AfterValidator(_within_a_day)]


class Week(Body):
    """The hours of each weekday; a day left empty is not worked."""

    monday: Hours = 0
    tuesday: Hours = 0
    wednesday: Hours = 0
    thursday: Hours = 0
    friday: Hours = 0
    saturday: Hours = 0
    sunday: Hours = 0


class CalendarForm(Body):
    """How several people work from a day on, and whose public holidays they keep."""

    person_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=LIMIT_MAX)]
    starts_on: date
    week: Week = Week()
    country: Country
    region: Region = None


class UndoForm(Body):
    """The change of calendars that is taken back."""

    change_id: UUID


@router.get("/calendars")
async def calendars(
    request: Request,
    work: InWork,
    rows: Rows,
    *,
    q: Annotated[str, Query(max_length=200)] = "",
    missing: bool = False,
) -> Response:
    """How everybody works today, or those who have no calendar yet, by name."""
    work.actor.must(Permission.MANAGE_PEOPLE)
    found = await queries.list_present_calendars(
        work, on=work.now.date(), missing=missing, words=q, cursor=rows.cursor, limit=rows.limit
    )
    columns = (
        Column("name", _("Person")),
        Column("starts_on", _("Since")),
        *(Column(f"day-{each.weekday()}", weekday(each), in_hours(_on(each)), number=True) for each in A_WEEK),
        Column("holidays", _("Public holidays of"), "country"),
        Column("region", _("Region"), only="file"),
    )
    listing = Listing.of(request, "calendars", columns, found.items, next=found.next)
    return page(request, "resourcing/calendars/calendars.html", listing=listing, shows_missing=missing)


@router.get("/calendars/new")
async def new(
    request: Request, work: InWork, ids: Annotated[tuple[UUID, ...], Query(alias="id", max_length=LIMIT_MAX)] = ()
) -> Response:
    """The form for those who were chosen, with how the only one of them works so far."""
    work.actor.must(Permission.MANAGE_PEOPLE)
    chosen = await people_by_id(work, ids)
    kept = await queries.list_calendars(work, chosen[0].id) if len(chosen) == 1 else []
    last = kept[-1] if kept else None
    country = last.country if last else await queries.usual_country(work)
    return page(
        request,
        "resourcing/calendars/new.html",
        people=chosen,
        last=last,
        week=list(zip(Week.model_fields, A_WEEK, last.minutes_by_weekday if last else FULL_WEEK, strict=True)),
        starts_on=chosen[0].employed_from if len(chosen) == 1 and last is None else work.now.date(),
        country=country,
        countries=_countries(),
        regions=queries.regions_of(country),
    )


@router.get("/calendars/regions")
async def regions(request: Request, work: InWork, country: Annotated[str, Query(max_length=2)] = "") -> Response:
    """The regions of a country whose public holidays are known; a part of the form."""
    work.actor.must(Permission.MANAGE_PEOPLE)
    return page(request, "resourcing/calendars/regions.html", regions=queries.regions_of(country), region="")


@router.post("/calendars")
async def set_calendars(request: Request, work: InWork) -> Response:
    """Let a week hold from a day on, for all who were chosen or for none."""
    form = await form_of(request, CalendarForm)
    change = await actions.set_calendars(
        work,
        form.person_ids,
        starts_on=form.starts_on,
        minutes_by_weekday=list(form.week.model_dump().values()),
        country=form.country,
        region=form.region,
    )
    number = len(change.person_ids)
    told = ngettext("%(num)s calendar set.", "%(num)s calendars set.", number) % {"num": number}
    said = toast(told, undo=f"{HERE}/undo", values={"change_id": str(change.id)})
    return RedirectResponse(_back(change), 303, said)


@router.post("/calendars/undo")
async def undo(request: Request, work: InWork) -> Response:
    """Let hold again what held before one's last change of calendars."""
    form = await form_of(request, UndoForm)
    change = await actions.take_calendars_back(work, form.change_id)
    return RedirectResponse(_back(change), 303)


@router.get("/people/{person_id}/calendar")
async def of_person(request: Request, person_id: UUID, work: InWork) -> Response:
    """How a person works and when they are away; a part of their page."""
    kept = await queries.list_calendars(work, person_id)
    return page(
        request,
        "resourcing/calendars/of_person.html",
        here=request.url.path,
        person_id=person_id,
        calendars=kept,
        week=A_WEEK,
        holidays=queries.next_holidays(kept, work.now.date()),
        leave=(await queries.list_time_off(work, person_id=person_id, descending=True, limit=LIMIT_MAX)).items,
        may_manage=work.actor.may(Permission.MANAGE_PEOPLE),
    )


def _back(change: CalendarChange) -> str:
    """Where what was set is seen."""
    return f"/resourcing/people/{change.person_ids[0]}" if len(change.person_ids) == 1 else HERE


def _countries() -> list[tuple[str, str]]:
    """The countries whose public holidays are known, by name in the reader's language."""
    names = current_reader().locale.territories
    return sorted(((code, names.get(code, code)) for code in queries.countries()), key=lambda one: one[1])


def _on(day: date) -> Callable[[Any], Any]:
    """What somebody with a calendar works on a weekday, in minutes."""
    return lambda row: row.minutes_by_weekday and row.minutes_by_weekday[day.weekday()]
