"""How busy people were: everybody over time, one person as a part of their page, and what counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.resourcing.people.queries import list_practices
from services.resourcing.permissions import Permission
from services.resourcing.utilization import actions, queries
from services.resourcing.utilization.api import TreatmentBody
from services.resourcing.utilization.model import Step, Treatment, Utilization
from services.resourcing.utilization.queries import UtilizationOverTime
from shared.pages import InWork, LastDay, PageRoute, form_of, page, toast
from shared.period import week_of
from shared.ui.formats import day_short, month
from shared.ui.listing import Column, Listing, Rows, in_hours
from shared.ui.words import gettext as _

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
    rows: Rows,
    practice: Word = "",
    starts_on: Day = None,
    ends_before: Annotated[LastDay | None, Query()] = None,
) -> Response:
    """Everybody, or a practice, over time and by name; the weeks of the last quarter up to yesterday at first."""
    before = ends_before or (starts_on + QUARTER if starts_on else work.now.date())
    first = starts_on or week_of(before - QUARTER).starts_on
    of = practice or None
    found = await queries.list_utilization(
        work, starts_on=first, ends_before=before, practice=of, cursor=rows.cursor, limit=rows.limit
    )
    course = await queries.utilization_over_time(work, starts_on=first, ends_before=before, practice=of)
    return page(
        request,
        "resourcing/utilization/utilization.html",
        listing=Listing.of(request, "utilization", _columns(), found.items, next=found.next),
        together=sum(course.of_everybody, Utilization()),
        chart=_chart(course),
        practices=await list_practices(work),
        practice=practice,
        starts_on=first,
        ends_before=before,
        today=work.now.date(),
    )


@router.get("/utilization/treatments")
async def treatments(request: Request, work: InWork, rows: Rows, q: Word = "") -> Response:
    """How time that is not billable counts, project by project."""
    found = await queries.projects_to_treat(work, words=q, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("name", _("Project")),
        Column("minutes", _("Not billable"), in_hours("minutes"), number=True),
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
    worked = "figure.worked."
    return (
        Column("name", _("Person")),
        Column("practice", _("Practice")),
        Column("utilization", _("Utilization"), "figure.utilization", number=True),
        Column("billable", _("Billable"), in_hours(worked + "billable_minutes"), number=True),
        Column("credited", _("Credited"), in_hours(worked + "credited_minutes"), number=True),
        Column("other", _("Other work"), in_hours(worked + "other_minutes"), number=True),
        Column("excluded", _("Excluded"), in_hours("figure.excluded_minutes"), number=True),
        Column("available", _("Available"), in_hours("figure.available_minutes"), number=True),
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
