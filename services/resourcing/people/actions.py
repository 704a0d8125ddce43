"""What is done about people, their skills and their cost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from services.resourcing.people import store
from services.resourcing.people.model import (
    CostRate,
    LogInTaken,
    NoSuchPerson,
    Person,
    PersonDetails,
    StaffingRole,
    StaffingRoleExists,
    UnknownStaffingRole,
    fit_in,
)
from services.resourcing.permissions import Permission
from shared.contracts.resourcing import CostRateChanged, DatedCost, PersonChanged
from shared.errors import AlreadyExists, Stale
from shared.reasons import because
from shared.work import Work


async def add_staffing_role(work: Work, role_id: UUID, *, name: str, description: str = "") -> StaffingRole:
    """Add a kind of work that people can be booked for."""
    work.actor.must(Permission.MANAGE_PEOPLE)
    role = StaffingRole(role_id, name, description)
    if not await store.unknown_roles(work, [name]):
        raise StaffingRoleExists(field="/name")
    await store.add(work, role)
    return role


async def add_person(work: Work, person_id: UUID, details: PersonDetails) -> Person:
    """Add somebody who works here."""
    work.actor.must(Permission.MANAGE_PEOPLE)
    person = Person(person_id, details.name, details.employed_from)
    await _describe(work, person, details)
    await store.add(work, person)
    work.publish(_changed(person))
    return person


async def change_person(work: Work, person_id: UUID, details: PersonDetails, *, version: int) -> Person:
    """Let other details hold for the person as read at `version`; raises Stale if that is not the newest."""
    work.actor.must(Permission.MANAGE_PEOPLE)
    person = await store.get(work, person_id)
    if person.version != version:
        raise Stale()
    await _describe(work, person, details)
    await store.save(work)
    work.publish(_changed(person))
    return person


async def add_skill(work: Work, person_id: UUID, skill: str, *, level: int, assessed_on: date) -> Person:
    """Record for the first time how well a person can do something."""
    work.actor.must(Permission.MANAGE_PEOPLE)
    person = await store.get(work, person_id)
    if any(one.skill == skill for one in person.skills):
        raise AlreadyExists(mend=because("Assess the skill anew."))
    person.assess(skill, level=level, on=assessed_on)
    await store.save(work)
    return person


async def assess_skill(work: Work, person_id: UUID, skill: str, *, level: int, assessed_on: date) -> Person:
    """Record how well a person can do something."""
    work.actor.must(Permission.MANAGE_PEOPLE)
    person = await store.get(work, person_id)
    person.assess(skill, level=level, on=assessed_on)
    await store.save(work)
    return person


async def set_cost_rate(
    work: Work,
    person_id: UUID,
    rate_id: UUID,
    *,
    starts_on: date,
    hourly_cost: Decimal,
    currency: str,
    ends_before: date | None = None,
) -> CostRate:
    """Say what an hour of a person costs from a day on; closes the rate that was open until then."""
    work.actor.must(Permission.SET_COST_RATES)
    await store.get(work, person_id)
    rates = await store.costs_of(work, person_id)
    if any(one.id == rate_id for one in rates):
        raise AlreadyExists()
    rate = CostRate(rate_id, person_id, starts_on, ends_before, hourly_cost, currency)
    fit_in(rate, rates)
    await store.add(work, rate)
    dated = sorted([*rates, rate], key=lambda one: one.starts_on)
    work.publish(
        CostRateChanged(
            person_id=person_id,
            currency=currency,
            rates=[
                DatedCost(starts_on=one.starts_on, ends_before=one.ends_before, hourly_cost=one.hourly_cost)
                for one in dated
            ],
        )
    )
    return rate


async def _describe(work: Work, person: Person, details: PersonDetails) -> None:
    unknown = await store.unknown_roles(work, details.staffing_roles)
    if unknown:
        raise UnknownStaffingRole(
            because("There is no staffing role %(unknown)s.", unknown=f"{unknown[0]!r}"), field="/staffing_roles"
        )
    if details.subject_id and await store.with_subject(work, details.subject_id) not in (None, person.id):
        raise LogInTaken(field="/subject_id")
    if details.manager_id and details.manager_id != person.id and not await store.exists(work, details.manager_id):
        raise NoSuchPerson(because("There is no such manager."), field="/manager_id")
    person.describe(details)


def _changed(person: Person) -> PersonChanged:
    return PersonChanged(
        person_id=person.id,
        subject_id=person.subject_id,
        name=person.name,
        email=person.email,
        practice=person.practice,
        grade=person.grade,
        staffing_roles=person.staffing_roles,
        employed_from=person.employed_from,
        employed_until=person.employed_until,
    )
