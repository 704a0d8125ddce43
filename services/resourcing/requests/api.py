"""Requests and demand over HTTP."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from fastapi import APIRouter

from services.resourcing.calendars.model import BadPeriod
from services.resourcing.requests import queries
from services.resourcing.requests.model import NoSuchRequest
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web.bodies import View
from shared.web.paging import Cursor, Limit, PageOf
from shared.web.problems import refusals
from shared.web.route import InWork, WorkRoute

router = APIRouter(tags=["requests"], route_class=WorkRoute)


class RequiredSkillView(View):
    skill: str
    level: int


class RequestView(View):
    id: UUID
    project_id: UUID
    project_name: str
    project_closed_on: date | None
    account_name: str
    staffing_role: str
    required_skills: list[RequiredSkillView]
    minutes: int
    booked_minutes: int
    is_covered: bool
    starts_on: date
    ends_before: date
    currency: str
    hourly_cost_limit: Amount | None
    """Null for those who may not see cost."""
    requested_by: str
    thread_id: UUID | None


class MonthOfDemandView(View):
    month: date
    staffing_role: str
    pipeline_minutes: int
    requested_minutes: int
    supply_minutes: int
    gap_minutes: int


@router.get("/requests", responses=refusals(NotPermitted))
async def list_requests(
    work: InWork,
    *,
    project_id: UUID | None = None,
    staffing_role: str | None = None,
    is_covered: bool | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[RequestView]:
    """Whom projects want, by start."""
    found = await queries.list_requests(
        work, project_id=project_id, staffing_role=staffing_role, is_covered=is_covered, cursor=cursor, limit=limit
    )
    return PageOf.of(found, RequestView)


@router.get("/requests/{request_id}", responses=refusals(NotPermitted, NoSuchRequest))
async def get_request(request_id: UUID, work: InWork) -> RequestView:
    """One request."""
    return RequestView.model_validate(await queries.get_request(work, request_id))


@router.get("/demand", responses=refusals(NotPermitted, BadPeriod))
async def get_demand(starts_on: date, ends_before: date, work: InWork) -> list[MonthOfDemandView]:
    """What deals (weighted by probability) and projects want of each role, by month, against what people can give."""
    found = await queries.demand(work, starts_on=starts_on, ends_before=ends_before)
    return [MonthOfDemandView.model_validate(one) for one in found.rows()]
