"""The board of the pipeline: the open deals by stage, moved from one to another."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.crm.opportunities import actions, queries
from services.crm.opportunities.model import AGED_AFTER_DAYS
from services.crm.permissions import Permission
from shared.pages import InWork, PageRoute, form_of, page
from shared.web.bodies import Body

router = APIRouter(prefix="/opportunities", route_class=PageRoute)


class MoveBody(Body):
    """A card of the board, and the column it was moved to; deals are ordered by their closing date, not by place."""

    card: UUID
    column: str
    position: int = 0


@router.get("")
async def board(request: Request, work: InWork) -> Response:
    """The open deals by stage."""
    columns = await queries.board(work, today=work.now.date())
    may_change = work.actor.may(Permission.CHANGE_RECORDS)
    return page(
        request, "crm/opportunities/board.html", columns=columns, may_change=may_change, aged_after=AGED_AFTER_DAYS
    )


@router.post("/moves")
async def move(request: Request, work: InWork) -> Response:
    """Move a deal into another open stage, as its card was moved; the board asks for its sums anew."""
    form = await form_of(request, MoveBody)
    await actions.enter_stage(work, form.card, stage=form.column)
    return Response(status_code=204, headers={"hx-trigger": "changed-crm-opportunities"})
