"""Reading people, their skills and, for those who may, their cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, any_, func, or_, select

from services.resourcing.people.model import CostRate, NoSuchPerson, Person
from services.resourcing.people.store import (
    cost_rates,
    people,
    person_skills,
    staffing_roles,
)
from services.resourcing.permissions import Permission
from shared.database import LIMIT_MAX, Page, Sorts, page
from shared.work import Work

SORTS: Sorts = {name: name for name in ("name", "practice", "grade", "region")}


def visible(work: Work, rows: Select[Any]) -> Select[Any]:
    """Of `rows` over people those that the actor may see: everybody, or only themselves."""
    if work.actor.may(Permission.SEE_PEOPLE):
        return rows
    work.actor.must(Permission.SEE_OWN)
    return rows.where(people.c.subject_id == work.actor.subject)


def can(skill: str) -> ColumnElement[bool]:
    """Of rows over people those who have `skill`, at any level."""
    return people.c.id.in_(select(person_skills.c.person_id).where(person_skills.c.skill == skill))


def works_here(day: date) -> ColumnElement[bool]:
    """Of rows over people those who are employed on `day`."""
    return and_(people.c.employed_from <= day, or_(people.c.employed_until.is_(None), people.c.employed_until > day))


async def list_people(
    work: Work,
    *,
    staffing_role: str | None = None,
    practice: str | None = None,
    skill: str | None = None,
    employed_on: date | None = None,
    words: str = "",
    sort: str = "",
    cursor: str | None = None,
    limit: int,
) -> Page[Row[Any]]:
    """People by name or by `sort`, as far as the actor may see them; no skills or cost; `words` are of the name."""
    rows = visible(work, select(people))
    if staffing_role is not None:
        rows = rows.where(any_(people.c.staffing_roles) == staffing_role)
    if practice is not None:
        rows = rows.where(people.c.practice == practice)
    if skill is not None:
        rows = rows.where(can(skill))
    if employed_on is not None:
        rows = rows.where(works_here(employed_on))
    if words:
        rows = rows.where(people.c.name.icontains(words, autoescape=True))
    keys = (people.c.name, people.c.id)
    return await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, sort=sort, sorts=SORTS)


async def get_person(work: Work, person_id: UUID) -> Person:
    """One person with skills, if the actor may see them."""
    found: Person | None = await work.session.scalar(visible(work, select(Person).where(people.c.id == person_id)))
    if found is None:
        raise NoSuchPerson()
    return found


async def people_by_id(work: Work, person_ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    """Those of several people that the actor may see, by name."""
    rows = visible(work, select(people)).where(people.c.id.in_(person_ids)).order_by(people.c.name, people.c.id)
    found: Sequence[Row[Any]] = (await work.session.execute(rows)).all()
    return found


async def name_of(work: Work, person_id: UUID | None) -> str | None:
    """The name of somebody that the actor may see."""
    name: str | None = await work.session.scalar(visible(work, select(people.c.name).where(people.c.id == person_id)))
    return name


async def list_cost_rates(work: Work, person_id: UUID) -> list[CostRate]:
    """What a person has cost, costs and will cost, by start; only for those who may see cost."""
    work.actor.must(Permission.SEE_COST_RATES)
    await get_person(work, person_id)
    rates = select(CostRate).where(cost_rates.c.person_id == person_id).order_by(cost_rates.c.starts_on)
    return list(await work.session.scalars(rates))


async def list_staffing_roles(work: Work, *, cursor: str | None = None, limit: int) -> Page[Row[Any]]:
    """The kinds of work that people can be booked for, by name."""
    work.actor.must(Permission.SEE_OWN)
    return await page(
        work.session,
        select(staffing_roles),
        keys=(staffing_roles.c.name, staffing_roles.c.id),
        cursor=cursor,
        limit=limit,
    )


async def people_by_role(work: Work, day: date) -> dict[str, int]:
    """How many people who are employed on `day` have each staffing role; roles that nobody has are left out."""
    work.actor.must(Permission.SEE_PEOPLE)
    each = select(func.unnest(people.c.staffing_roles).label("role")).where(works_here(day)).subquery()
    rows = await work.session.execute(select(each.c.role, func.count()).group_by(each.c.role))
    return {role: number for role, number in rows}


async def list_skills(work: Work) -> list[str]:
    """The skills that anybody has, by name, to choose from."""
    work.actor.must(Permission.SEE_OWN)
    named = select(person_skills.c.skill).distinct().order_by(person_skills.c.skill).limit(LIMIT_MAX)
    return list(await work.session.scalars(named))


async def list_practices(work: Work) -> list[str]:
    """The practices that anybody is of, by name, to choose from."""
    work.actor.must(Permission.SEE_PEOPLE)
    named = select(people.c.practice).where(people.c.practice != "").distinct().order_by(people.c.practice)
    return list(await work.session.scalars(named.limit(LIMIT_MAX)))
