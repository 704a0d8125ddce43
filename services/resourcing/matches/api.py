"""Who fits a request, over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import PlainSerializer

from services.resourcing.matches import queries
from services.resourcing.matches.model.match import Aspect, Obstacle
from services.resourcing.requests.model import NoSuchRequest
from shared.actor import NotPermitted
from shared.web.bodies import View
from shared.web.paging import Limit
from shared.web.problems import refusals
from shared.web.route import InWork, WorkRoute

router = APIRouter(tags=["requests"], route_class=WorkRoute)

Share = Annotated[Decimal, PlainSerializer(lambda share: f"{share:f}", return_type=str, when_used="json")]


class PartView(View):
    aspect: Aspect
    score: Share
    weight: Share
    reason: str


class ObstructionView(View):
    obstacle: Obstacle
    reason: str


class MatchView(View):
    person_id: UUID
    name: str
    score: Share
    minutes_per_day: int
    parts: list[PartView]
    obstructions: list[ObstructionView]


class RankingView(View):
    request_id: UUID
    considered: int
    candidates: list[MatchView]
    fallen_out: list[MatchView]


@router.get("/requests/{request_id}/candidates", responses=refusals(NotPermitted, NoSuchRequest))
async def rank_candidates(request_id: UUID, work: InWork, limit: Limit = 50) -> RankingView:
    """Everybody ranked for a request, each part of the score with its reason; and who falls out, and why."""
    ranking = await queries.rank_candidates(work, request_id, limit=limit)
    return RankingView(
        request_id=request_id,
        considered=ranking.considered,
        candidates=[MatchView.model_validate(one) for one in ranking.candidates],
        fallen_out=[MatchView.model_validate(one) for one in ranking.fallen_out],
    )
