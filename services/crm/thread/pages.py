"""What became of a won deal, as a part of its page."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.crm.handoffs.model import HandoffState
from services.crm.thread import queries
from shared.pages import InWork, PageRoute, page

router = APIRouter(prefix="/thread", route_class=PageRoute)


@router.get("/opportunities/{opportunity_id}")
async def of_opportunity(request: Request, opportunity_id: UUID, work: InWork) -> Response:
    """What delivery and billing made of a deal; asks again by itself when they tell more."""
    thread = await queries.of_opportunity(work, opportunity_id)
    decides = thread.handoff is None or thread.handoff.state is HandoffState.CLOSED_ANEW
    waits = decides and not thread.projects
    return page(request, "crm/thread/thread.html", thread=thread, waits=waits, here=request.url.path)


@router.get("/accounts/{account_id}")
async def of_account(request: Request, account_id: UUID, work: InWork) -> Response:
    """What delivery and billing made of all deals of an account."""
    thread = await queries.of_account(work, account_id)
    return page(request, "crm/thread/thread.html", thread=thread, waits=False, here=request.url.path)
