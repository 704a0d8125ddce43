"""Milestones over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.delivery.projects import actions
from services.delivery.projects.api.views import MilestoneView
from services.delivery.projects.model.milestone import (
    AcceptedBeforeReached,
    MilestoneNotPlanned,
    MilestoneNotReached,
)
from services.delivery.projects.model.project import NotYourProject
from shared.actor import NotPermitted
from shared.errors import NotFound
from shared.web import Body, InWork, WorkRoute, refusals

router = APIRouter(prefix="/milestones", tags=["milestones"], route_class=WorkRoute)


class MilestoneReachedBody(Body):
    """The day on which the result was there; without one, today."""

    reached_on: date | None = None


class MilestoneAcceptanceBody(Body):
    """Who accepted the result on the client's side, and when."""

    accepted_by: Annotated[str, Field(min_length=1, max_length=200)]
    accepted_on: date


@router.post(
    "/{milestone_id}/reached",
    responses=refusals(NotPermitted, NotYourProject, NotFound, MilestoneNotPlanned),
)
async def reach_milestone(milestone_id: UUID, body: MilestoneReachedBody, work: InWork) -> MilestoneView:
    """Say that the result is there."""
    return MilestoneView.model_validate(await actions.reach_milestone(work, milestone_id, on=body.reached_on))


@router.post(
    "/{milestone_id}/acceptance",
    responses=refusals(NotPermitted, NotYourProject, NotFound, MilestoneNotReached, AcceptedBeforeReached),
)
async def accept_milestone(milestone_id: UUID, body: MilestoneAcceptanceBody, work: InWork) -> MilestoneView:
    """Record that the client accepted the result, which makes its fee billable."""
    milestone = await actions.accept_milestone(work, milestone_id, by=body.accepted_by, on=body.accepted_on)
    return MilestoneView.model_validate(milestone)
