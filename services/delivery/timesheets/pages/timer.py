"""The timer in my week: started and stopped beside the tasks; what is typed is saved with it."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.delivery.timesheets.actions import grid
from services.delivery.timesheets.actions import timer as actions
from services.delivery.timesheets.model.timer import Timer
from services.delivery.timesheets.pages.week import WeekForm
from shared.pages import InWork, PageRoute, form_of, toast
from shared.ui.formats import hours
from shared.ui.words import gettext as _

router = APIRouter(prefix="/timer", route_class=PageRoute)


@router.post("/start/{task_id}")
async def start(request: Request, task_id: UUID, work: InWork) -> Response:
    """Run on this task; what ran on another is recorded."""
    await grid.save_cells(work, (await form_of(request, WeekForm)).changed())
    return _back(await actions.start_timer(work, task_id))


@router.post("/stop")
async def stop(request: Request, work: InWork) -> Response:
    """Record what was measured."""
    await grid.save_cells(work, (await form_of(request, WeekForm)).changed())
    return _back(await actions.stop_timer(work))


@router.post("/discard")
async def discard(request: Request, work: InWork) -> Response:
    """Record nothing."""
    await grid.save_cells(work, (await form_of(request, WeekForm)).changed())
    return _back(await actions.discard_timer(work))


@router.post("/{timer_id}/undo")
async def undo(timer_id: UUID, work: InWork) -> Response:
    """Run on as if it had never been stopped."""
    await actions.undo_timer(work, timer_id)
    return _back(None)


def _back(stopped: Timer | None) -> Response:
    """The week of today, with what became of the timer that stopped and the way to undo it."""
    headers = {}
    if stopped is not None:
        minutes = sum(one.minutes for one in stopped.worked())
        said = _("%(hours)s recorded.") % {"hours": hours(minutes)} if minutes else _("Nothing was recorded.")
        undo = f"/delivery/timer/{stopped.id}/undo"
        headers = toast(said, undo=undo)
    return RedirectResponse("/delivery/week", 303, headers)
