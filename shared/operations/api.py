"""Operations over HTTP, under /api/v1/operations in every service."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from shared.actor import NotPermitted
from shared.messaging.reactions import Reactions
from shared.operations import copies_api, history_api, live_api, parked_api, traces
from shared.operations.desk import desk_for
from shared.operations.permissions import Permission
from shared.operations.trail import trail
from shared.web import Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(prefix="/operations", tags=["operations"], route_class=WorkRoute)


class Deed(View):
    """One thing that an operator did."""

    id: int
    at: datetime
    by: str
    action: str
    consumer: str | None
    event_id: UUID | None
    reason: str | None
    details: dict[str, Any]


@router.get("/trail", responses=refusals(NotPermitted))
async def deeds(work: InWork, cursor: Cursor = None, limit: Limit = 50) -> PageOf[Deed]:
    """What operators did with this tenant's messages, latest first; for administrators and auditors."""
    desk = desk_for(work, Permission.SEE_OPERATIONS)
    return PageOf.of(await trail(desk, cursor=cursor, limit=limit), Deed)


for part in (parked_api.router, copies_api.router, live_api.router, history_api.router, traces.router):
    router.include_router(part)


def router_knowing(reactions: Reactions) -> APIRouter:
    """The routes of operations, for a service with these reactions."""

    async def know(request: Request) -> None:
        request.state.reactions = reactions

    knowing = APIRouter(dependencies=[Depends(know)])
    knowing.include_router(router)
    return knowing
