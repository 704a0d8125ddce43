"""Timesheets: every week on a project that its reader may see, whatever became of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.delivery.projects.model.project import number_of
from services.delivery.timesheets import queries
from services.delivery.timesheets.model.entries import TimesheetState
from services.delivery.timesheets.queries import Show
from shared.pages import InWork, PageRoute, page
from shared.ui.listing import Column, Listing, Rows, in_hours
from shared.ui.words import gettext as _

router = APIRouter(prefix="/timesheets", route_class=PageRoute)


@router.get("")
async def timesheets(
    request: Request,
    work: InWork,
    *,
    rows: Rows,
    state: TimesheetState | None = None,
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """One's own, those of one's projects, or everybody's; the newest week first."""
    found = await queries.list_timesheets(
        work, show=Show.ALL, state=state, words=q, cursor=rows.cursor, limit=rows.limit
    )
    columns = (
        Column("week", _("Week from"), "week_starts_on"),
        Column("person", _("Who"), "person_name"),
        Column("project", _("Project"), lambda row: number_of(row.project_ordinal)),
        Column("project_name", _("Name"), only="file"),
        Column("minutes", _("Hours"), in_hours("minutes"), number=True),
        Column("billable", _("Billable"), in_hours("billable_minutes"), number=True),
        Column("state", _("State")),
        Column("decided", _("Decided"), "decided_at"),
    )
    listing = Listing.of(request, "timesheets", columns, found.items, next=found.next)
    return page(request, "delivery/timesheets/timesheets.html", listing=listing, chosen=state, number_of=number_of)
