"""Timesheets: every week on a project that its reader may see, whatever became of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.delivery.projects.model.project import number_of
from services.delivery.timesheets import queries
from services.delivery.timesheets.model.entries import TimesheetState
from services.delivery.timesheets.queries import Show
from shared.database import LIMIT_DEFAULT
from shared.pages import InWork, PageRoute, page
from shared.ui.listing import Column, Listing
from shared.ui.words import gettext as _
from shared.web import Cursor

router = APIRouter(prefix="/timesheets", route_class=PageRoute)


@router.get("")
async def timesheets(
    request: Request,
    work: InWork,
    *,
    state: TimesheetState | None = None,
    q: Annotated[str, Query(max_length=200)] = "",
    cursor: Cursor = None,
) -> Response:
    """One's own, those of one's projects, or everybody's; the newest week first."""
    found = await queries.list_timesheets(work, show=Show.ALL, state=state, words=q, cursor=cursor, limit=LIMIT_DEFAULT)
    columns = (
        Column("week", _("Week from")),
        Column("person", _("Who")),
        Column("project", _("Project")),
        Column("minutes", _("Hours"), number=True),
        Column("billable", _("Billable"), number=True),
        Column("state", _("State")),
        Column("decided", _("Decided")),
    )
    listing = Listing.of(request, "timesheets", columns, found.items, next=found.next)
    return page(request, "delivery/timesheets/timesheets.html", listing=listing, chosen=state, number_of=number_of)
