"""Progress as people see it: how far each project is, how it got there, and the form that measures it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.delivery.change_orders.queries import sold_lines
from services.delivery.permissions import Permission
from services.delivery.progress import queries
from services.delivery.progress.actions import measure_progress
from services.delivery.progress.api import Part, Whole
from services.delivery.progress.model import Asked, ProgressMethod
from services.delivery.projects.model.project import Project, number_of
from services.delivery.projects.queries import visible_margin
from shared.ids import new_id
from shared.pages import InWork, PageRoute, Typed, TypedHours, form_of, page, said, toast
from shared.ui.formats import day_short
from shared.ui.listing import Column, Listing, Rows, who
from shared.ui.words import gettext as _
from shared.web import Body
from shared.work import Work

router = APIRouter(prefix="/progress", route_class=PageRoute)
WORDS = "delivery/progress/words.html"


class MeasurementForm(Body):
    """What to measure and by what; what the method does not need is not in the form."""

    method: ProgressMethod
    measured_on: date
    billing_line_id: UUID | None = None
    reason: Annotated[str, Field(max_length=2000)] = ""
    fraction_numerator: Annotated[Part, Typed] | None = None
    fraction_denominator: Annotated[Whole, Typed] | None = None
    done_task_ids: Annotated[list[UUID], Field(max_length=1000)] | None = None
    minutes_at_completion: Annotated[int, TypedHours, Field(gt=0, le=10_000_000)] | None = None
    cost_at_completion: Annotated[Whole, Typed] | None = None


@router.get("")
async def projects(request: Request, work: InWork, rows: Rows) -> Response:
    """Projects, the newest first, each with its latest measurement."""
    found = await queries.latest_measurements(work, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("project", _("Project"), lambda row: number_of(row.ordinal)),
        Column("project_name", _("Name"), only="file"),
        Column("share", _("Done"), _share, number=True),
        Column("method", _("Measured by"), said(WORDS, "method", "method")),
        Column("on", _("As of"), "measured_on"),
        Column("by", _("By"), who("measured_by")),
    )
    listing = Listing.of(request, "progress", columns, found.items, next=found.next)
    return page(request, "delivery/progress/projects.html", listing=listing, number_of=number_of)


@router.get("/{project_id}")
async def project(request: Request, project_id: UUID, work: InWork, rows: Rows, line: UUID | None = None) -> Response:
    """One project, or one of its lines: how far it was over time, and the form for how far it is now."""
    shown = await visible_margin(work, project_id)
    found = await queries.measurements_of(work, project_id, line_id=line, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("on", _("As of"), "measured_on"),
        Column("share", _("Done"), _share, number=True),
        Column("parts", _("Out of"), said(WORDS, "parts", lambda row: row), number=True),
        Column("method", _("Measured by"), said(WORDS, "method", "method")),
        Column("by", _("By"), who("measured_by")),
        Column("reason", _("Why")),
    )
    return page(
        request,
        "delivery/progress/project.html",
        project=shown,
        lines={one.line_id: one.description for one in (await sold_lines(work, project_id)).values()},
        line=line,
        listing=Listing.of(request, "measurements", columns, found.items, next=found.next),
        chart=_chart(found.items),
        measurement_id=new_id(),
        may_measure=work.actor.may(Permission.MANAGE_PROJECTS) and shown.manager == work.actor.subject,
        **_form(shown, work, ProgressMethod.HOURS),
    )


@router.get("/{project_id}/fields")
async def form_fields(
    request: Request, project_id: UUID, work: InWork, method: ProgressMethod = ProgressMethod.HOURS
) -> Response:
    """What the form asks for, as it is measured; a part of the page."""
    shown = await visible_margin(work, project_id)
    return page(request, "delivery/progress/fields.html", project=shown, **_form(shown, work, method))


@router.post("/{project_id}/{measurement_id}")
async def measure(request: Request, project_id: UUID, measurement_id: UUID, work: InWork) -> Response:
    """Measure how far it is; billing and revenue go by the latest."""
    form = await form_of(request, MeasurementForm)
    asked = Asked(**{one.name: getattr(form, one.name) for one in fields(Asked)})
    await measure_progress(work, measurement_id, project_id, asked=asked)
    of_line = f"?line={form.billing_line_id}" if form.billing_line_id else ""
    return RedirectResponse(f"/delivery/progress/{project_id}{of_line}", 303, toast(_("Measured.")))


def _form(project: Project, work: Work, method: ProgressMethod) -> Mapping[str, Any]:
    """What the form needs to ask for progress by `method`."""
    return {
        "method": method,
        "methods": list(ProgressMethod),
        "tasks": [task for task in project.tasks if not task.is_summary],
        "today": work.now.date(),
    }


def _chart(found: Sequence[Any]) -> Mapping[str, Any] | None:
    """The share done over time; one measurement is no course yet."""
    if len(found) < 2:
        return None
    course = list(reversed(found))
    return {
        "days": [day_short(one.measured_on) for one in course],
        "shares": [float(Decimal(one.fraction_numerator) / one.fraction_denominator) for one in course],
    }


def _share(row: Any) -> Decimal | None:
    return round(Decimal(row.fraction_numerator) / row.fraction_denominator, 4) if row.method else None
