"""How busy people were: everybody over time, one person as a part of their page, and what counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.resourcing.people.queries import list_practices
from services.resourcing.permissions import Permission
from services.resourcing.utilization import actions, queries
from services.resourcing.utilization.api import TreatmentBody
from services.resourcing.utilization.model import Step, Treatment, Utilization
from services.resourcing.utilization.queries import UtilizationOfPerson, UtilizationOverTime
from shared.database import LIMIT_DEFAULT, LIMIT_MAX, Page
from shared.pages import InWork, LastDay, PageRoute, form_of, page, toast
from shared.period import week_of
from shared.ui.export import Cell, table_file
from shared.ui.formats import day_short, month
from shared.ui.listing import Column, Listing
from shared.ui.words import gettext as _
from shared.web import Cursor

router = APIRouter(route_class=PageRoute)
HERE = "/resourcing/utilization"
QUARTER = timedelta(weeks=13)
LINES_MAX = 5  # practices that a chart can show beside each other
Word = Annotated[str, Query(max_length=200)]
Day = Annotated[date | None, Query(ge=date(1970, 1, 1), lt=date(2200, 1, 1))]


@router.get("/utilization")
async def utilization(
    request: Request,
    work: InWork,
    *,
    practice: Word = "",
    starts_on: Day = None,
    ends_before: Annotated[LastDay | None, Query()] = None,
    format: Literal["csv", "xlsx"] | None = None,
    cursor: Cursor = None,
) -> Response:
    """Everybody, or a practice, over time and by name; the weeks of the last quarter up to yesterday at first."""
    before = ends_before or (starts_on + QUARTER if starts_on else work.now.date())
    first = starts_on or week_of(before - QUARTER).starts_on
    read = partial(queries.list_utilization, work, starts_on=first, ends_before=before, practice=practice or None)
    columns = _columns()
    if format:
        rows = [_cells(one) for one in await _all(read)]
        return table_file(f"utilization-{first}", [one.label for one in columns], rows, format)
    found = await read(cursor=cursor, limit=LIMIT_DEFAULT)
    course = await queries.utilization_over_time(work, starts_on=first, ends_before=before, practice=practice or None)
    return page(
        request,
        "resourcing/utilization/utilization.html",
        listing=Listing.of(request, "utilization", columns, found.items, next=found.next, exports=("csv", "xlsx")),
        together=sum(course.of_everybody, Utilization()),
        chart=_chart(course),
        practices=await list_practices(work),
        practice=practice,
        starts_on=first,
        ends_before=before,
        today=work.now.date(),
    )


@router.get("/utilization/treatments")
async def treatments(request: Request, work: InWork, q: Word = "", cursor: Cursor = None) -> Response:
    """How time that is not billable counts, project by project."""
    found = await queries.projects_to_treat(work, words=q, cursor=cursor, limit=LIMIT_DEFAULT)
    columns = (
        Column("name", _("Project")),
        Column("minutes", _("Not billable"), number=True),
        Column("treatment", _("Counts as")),
    )
    return page(
        request,
        "resourcing/utilization/treatments.html",
        listing=Listing.of(request, "treatments", columns, found.items, next=found.next),
        treatments=list(Treatment),
        may_set=work.actor.may(Permission.SET_UTILIZATION_RULES),
    )


@router.post("/utilization/treatments/{project_id}")
async def treat(request: Request, project_id: UUID, work: InWork) -> Response:
    """Let the unbilled time of a project count otherwise, in every figure from now on."""
    form = await form_of(request, TreatmentBody)
    await actions.treat_project(work, project_id, treatment=form.treatment)
    return RedirectResponse(f"{HERE}/treatments", 303, toast(_("Every figure counts it so from now on.")))


@router.get("/people/{person_id}/utilization")
async def of_person(request: Request, person_id: UUID, work: InWork) -> Response:
    """The last quarter up to yesterday."""
    today = work.now.date()
    starts_on = today - QUARTER
    found = await queries.list_utilization(work, starts_on=starts_on, ends_before=today, person_id=person_id, limit=1)
    return page(
        request,
        "resourcing/utilization/of_person.html",
        here=request.url.path,
        figure=found.items[0].figure if found.items else None,
        starts_on=starts_on,
        ends_before=today,
    )


def _columns() -> Sequence[Column]:
    return (
        Column("name", _("Person")),
        Column("practice", _("Practice")),
        Column("utilization", _("Utilization"), number=True),
        Column("billable", _("Billable"), number=True),
        Column("credited", _("Credited"), number=True),
        Column("other", _("Other work"), number=True),
        Column("excluded", _("Excluded"), number=True),
        Column("available", _("Available"), number=True),
    )


def _chart(course: UtilizationOverTime) -> dict[str, list[object]]:
    """The lines of the chart: everybody, and each practice that works for clients, where they can be told apart."""
    busy = {name: figures for name, figures in sorted(course.by_practice.items()) if any(map(_share, figures))}
    named = {name or _("Without a practice"): figures for name, figures in busy.items()}
    lines = {_("Everybody"): course.of_everybody} | (named if 1 < len(named) <= LINES_MAX else {})
    said = day_short if course.step is Step.WEEK else month
    return {
        "starts": [said(day) for day in course.starts],
        "series": [{"name": name, "data": [_share(one) for one in figures]} for name, figures in lines.items()],
    }


def _share(figure: Utilization) -> float | None:
    return None if figure.utilization is None else float(figure.utilization)


async def _all(read: Callable[..., Awaitable[Page[UtilizationOfPerson]]]) -> list[UtilizationOfPerson]:
    found = await read(cursor=None, limit=LIMIT_MAX)
    everybody = found.items
    while found.next:
        found = await read(cursor=found.next, limit=LIMIT_MAX)
        everybody += found.items
    return everybody


def _cells(one: UtilizationOfPerson) -> Sequence[Cell]:
    """A row of the file; hours to the hundredth, as on the page."""
    figure = one.figure
    parts = (figure.worked.billable_minutes, figure.worked.credited_minutes, figure.worked.other_minutes)
    minutes = (*parts, figure.excluded_minutes, figure.available_minutes)
    return (one.name, one.practice, figure.utilization, *(round(Decimal(each) / 60, 2) for each in minutes))
