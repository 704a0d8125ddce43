"""People, their skills and their cost over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from services.resourcing.people import actions, queries
from services.resourcing.people.model import (
    BadSkillLevel,
    CostNotPositive,
    CostRateEndsTooEarly,
    CostRatesOverlap,
    EmploymentEndsTooEarly,
    LogInTaken,
    NameMissing,
    NoSuchPerson,
    OtherCostCurrency,
    OwnManager,
    PersonDetails,
    StaffingRoleExists,
    UnknownStaffingRole,
)
from shared.actor import NotPermitted
from shared.contracts.base import Amount, Currency
from shared.errors import AlreadyExists, Stale
from shared.web.bodies import Body, View
from shared.web.etags import VersionRequired, must_match, set_etag
from shared.web.paging import Cursor, Limit, PageOf
from shared.web.problems import refusals
from shared.web.route import InWork, WorkRoute

router = APIRouter(tags=["people"], route_class=WorkRoute)

WRONG_PERSON = (NameMissing, EmploymentEndsTooEarly, UnknownStaffingRole, LogInTaken, OwnManager, NoSuchPerson)
WRONG_RATE = (
    AlreadyExists,
    CostNotPositive,
    CostRateEndsTooEarly,
    CostRatesOverlap,
    OtherCostCurrency,
    NoSuchPerson,
)
Name = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=200)]


class StaffingRoleBody(Body):
    name: Name
    description: Annotated[str, Field(max_length=1000)] = ""


class StaffingRoleView(View):
    id: UUID
    name: str
    description: str


class PersonBody(Body):
    name: Name
    employed_from: date
    employed_until: date | None = None
    email: Text = ""
    subject_id: Name | None = None
    practice: Text = ""
    region: Text = ""
    grade: Text = ""
    manager_id: UUID | None = None
    staffing_roles: Annotated[tuple[Name, ...], Field(max_length=50)] = ()


class PersonChange(Body):
    """What is to be different; what is left out stays."""

    name: Name | None = None
    employed_from: date | None = None
    employed_until: date | None = None
    email: Text | None = None
    subject_id: Name | None = None
    practice: Text | None = None
    region: Text | None = None
    grade: Text | None = None
    manager_id: UUID | None = None
    staffing_roles: Annotated[tuple[Name, ...], Field(max_length=50)] | None = None


class PersonView(View):
    id: UUID
    name: str
    email: str
    subject_id: str | None
    practice: str
    region: str
    grade: str
    manager_id: UUID | None
    staffing_roles: list[str]
    employed_from: date
    employed_until: date | None
    version: int


class SkillBody(Body):
    level: Annotated[int, Field(description="1 knows it, 2 has used it, 3 leads others in it")]
    assessed_on: date


class SkillView(View):
    skill: str
    level: int
    assessed_on: date


class PersonWithSkills(PersonView):
    skills: list[SkillView]


class CostRateBody(Body):
    starts_on: date
    ends_before: date | None = None
    hourly_cost: Amount
    currency: Currency


class CostRateView(View):
    id: UUID
    person_id: UUID
    starts_on: date
    ends_before: date | None
    hourly_cost: Amount
    currency: str


@router.get("/staffing-roles", responses=refusals(NotPermitted))
async def list_staffing_roles(work: InWork, cursor: Cursor = None, limit: Limit = 50) -> PageOf[StaffingRoleView]:
    """The kinds of work that people can be booked for, by name."""
    return PageOf.of(await queries.list_staffing_roles(work, cursor=cursor, limit=limit), StaffingRoleView)


@router.put("/staffing-roles/{role_id}", status_code=201, responses=refusals(NotPermitted, StaffingRoleExists))
async def add_staffing_role(role_id: UUID, body: StaffingRoleBody, work: InWork) -> StaffingRoleView:
    """Add a kind of work that people can be booked for."""
    role = await actions.add_staffing_role(work, role_id, name=body.name, description=body.description)
    return StaffingRoleView.model_validate(role)


@router.get("/people", responses=refusals(NotPermitted))
async def list_people(
    work: InWork,
    *,
    staffing_role: str | None = None,
    practice: str | None = None,
    skill: str | None = None,
    employed_on: date | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[PersonView]:
    """People by name; a consultant sees their own record only."""
    found = await queries.list_people(
        work,
        staffing_role=staffing_role,
        practice=practice,
        skill=skill,
        employed_on=employed_on,
        cursor=cursor,
        limit=limit,
    )
    return PageOf.of(found, PersonView)


@router.get("/people/{person_id}", responses=refusals(NotPermitted, NoSuchPerson))
async def get_person(person_id: UUID, work: InWork, response: Response) -> PersonWithSkills:
    """One person with skills."""
    person = PersonWithSkills.model_validate(await queries.get_person(work, person_id))
    set_etag(response, person.version)
    return person


@router.put("/people/{person_id}", status_code=201, responses=refusals(NotPermitted, *WRONG_PERSON))
async def add_person(person_id: UUID, body: PersonBody, work: InWork, response: Response) -> PersonWithSkills:
    """Add somebody who works here."""
    added = await actions.add_person(work, person_id, PersonDetails(**body.model_dump()))
    person = PersonWithSkills.model_validate(added)
    set_etag(response, person.version)
    return person


@router.patch("/people/{person_id}", responses=refusals(NotPermitted, *WRONG_PERSON, VersionRequired, Stale))
async def change_person(
    person_id: UUID, body: PersonChange, work: InWork, request: Request, response: Response
) -> PersonWithSkills:
    """Change what is said about a person."""
    current = PersonWithSkills.model_validate(await queries.get_person(work, person_id))
    must_match(request, current.version)
    details = PersonBody.model_validate(
        current.model_dump(include=set(PersonBody.model_fields)) | body.model_dump(exclude_unset=True)
    )
    changed = await actions.change_person(
        work, person_id, PersonDetails(**details.model_dump()), version=current.version
    )
    person = PersonWithSkills.model_validate(changed)
    set_etag(response, person.version)
    return person


@router.put(
    "/people/{person_id}/skills/{skill}",
    status_code=201,
    responses=refusals(NotPermitted, NoSuchPerson, AlreadyExists, BadSkillLevel),
)
async def add_skill(person_id: UUID, skill: Name, body: SkillBody, work: InWork) -> PersonWithSkills:
    """Record a skill of a person for the first time."""
    person = await actions.add_skill(work, person_id, skill, level=body.level, assessed_on=body.assessed_on)
    return PersonWithSkills.model_validate(person)


@router.post(
    "/people/{person_id}/skills/{skill}/assessment", responses=refusals(NotPermitted, NoSuchPerson, BadSkillLevel)
)
async def assess_skill(person_id: UUID, skill: Name, body: SkillBody, work: InWork) -> PersonWithSkills:
    """Record how well a person can do something by now."""
    person = await actions.assess_skill(work, person_id, skill, level=body.level, assessed_on=body.assessed_on)
    return PersonWithSkills.model_validate(person)


@router.get("/people/{person_id}/cost-rates", responses=refusals(NotPermitted, NoSuchPerson))
async def list_cost_rates(
    person_id: UUID, work: InWork, as_of: Annotated[date | None, Query()] = None
) -> list[CostRateView]:
    """What an hour of a person costs, by start; for resource managers, controllers and auditors."""
    rates = await queries.list_cost_rates(work, person_id)
    return [CostRateView.model_validate(rate) for rate in rates if as_of is None or as_of in rate.period]


@router.put("/people/{person_id}/cost-rates/{rate_id}", status_code=201, responses=refusals(NotPermitted, *WRONG_RATE))
async def set_cost_rate(person_id: UUID, rate_id: UUID, body: CostRateBody, work: InWork) -> CostRateView:
    """Say what an hour of a person costs from a day on; the rate that was open until then is closed."""
    return CostRateView.model_validate(
        await actions.set_cost_rate(
            work,
            person_id,
            rate_id,
            starts_on=body.starts_on,
            ends_before=body.ends_before,
            hourly_cost=body.hourly_cost,
            currency=body.currency,
        )
    )
