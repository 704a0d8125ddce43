"""Utilization over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import PlainSerializer

from services.resourcing.calendars.model import BadPeriod
from services.resourcing.utilization import actions, queries
from services.resourcing.utilization.model import FORMULA, Treatment
from services.resourcing.utilization.queries import UtilizationOfPerson
from shared.actor import NotPermitted
from shared.web.bodies import Body, View
from shared.web.paging import Cursor, Limit
from shared.web.problems import refusals
from shared.web.route import InWork, WorkRoute

router = APIRouter(tags=["utilization"], route_class=WorkRoute)

Share = Annotated[Decimal, PlainSerializer(lambda share: f"{share:f}", return_type=str, when_used="json")]


class TreatmentBody(Body):
    treatment: Treatment


class TreatmentView(View):
    project_id: UUID
    treatment: Treatment


class UtilizationView(View):
    person_id: UUID
    name: str
    practice: str
    calendar_minutes: int
    holiday_minutes: int
    leave_minutes: int
    excluded_minutes: int
    available_minutes: int
    billable_minutes: int
    credited_minutes: int
    other_minutes: int
    utilization: Share | None
    """1 is all of it; null where nothing was available."""


class UtilizationPage(View):
    formula: str
    items: list[UtilizationView]
    next: str | None


@router.get("/utilization", responses=refusals(NotPermitted, BadPeriod))
async def list_utilization(
    work: InWork,
    *,
    starts_on: date,
    ends_before: date,
    practice: str | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> UtilizationPage:
    """Historical billable utilization of everybody employed in the period, with every part of the formula."""
    found = await queries.list_utilization(
        work, starts_on=starts_on, ends_before=ends_before, practice=practice, cursor=cursor, limit=limit
    )
    return UtilizationPage(formula=FORMULA, items=[_shown(one) for one in found.items], next=found.next)


@router.post("/projects/{project_id}/utilization-treatment", responses=refusals(NotPermitted))
async def treat_project(project_id: UUID, body: TreatmentBody, work: InWork) -> TreatmentView:
    """Say how time on a project that is not billable counts: plain, credited, or excluded."""
    await actions.treat_project(work, project_id, treatment=body.treatment)
    return TreatmentView(project_id=project_id, treatment=body.treatment)


def _shown(one: UtilizationOfPerson) -> UtilizationView:
    figure = one.figure
    return UtilizationView(
        person_id=one.person_id,
        name=one.name,
        practice=one.practice,
        calendar_minutes=figure.time.calendar_minutes,
        holiday_minutes=figure.time.holiday_minutes,
        leave_minutes=figure.time.leave_minutes,
        excluded_minutes=figure.excluded_minutes,
        available_minutes=figure.available_minutes,
        billable_minutes=figure.worked.billable_minutes,
        credited_minutes=figure.worked.credited_minutes,
        other_minutes=figure.worked.other_minutes,
        utilization=figure.utilization,
    )
