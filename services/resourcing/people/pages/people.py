"""People as people see them: the list, one person, and the form that describes somebody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import field_validator

from services.resourcing.people import actions, queries
from services.resourcing.people.api import PersonBody
from services.resourcing.people.model import Person, PersonDetails
from services.resourcing.permissions import Permission
from shared.database import LIMIT_MAX
from shared.ids import new_id
from shared.pages import InWork, LastDay, PageRoute, form_of, page
from shared.pages.waiting import Finder, Hit
from shared.ui.formats import role as shown_role
from shared.ui.formats import titled
from shared.ui.listing import Column, Listing, Rows, last_day
from shared.ui.words import gettext as _
from shared.work import Work

router = APIRouter(prefix="/people", route_class=PageRoute)

Word = Annotated[str, Query(max_length=200)]


class PersonForm(PersonBody):
    """What the form says of a person; `version` is the one that was open in it."""

    employed_until: LastDay | None = None
    version: int = 0

    @field_validator("staffing_roles")
    @classmethod
    def _each_once(cls, roles: tuple[str, ...]) -> tuple[str, ...]:
        """The main role may be ticked among the further ones too."""
        return tuple(dict.fromkeys(roles))

    def details(self) -> PersonDetails:
        """What the model keeps of it."""
        return PersonDetails(**self.model_dump(exclude={"version"}))


@router.get("")
async def people(
    request: Request,
    work: InWork,
    rows: Rows,
    *,
    q: Word = "",
    role: Word = "",
    skill: Word = "",
    all_of_them: Annotated[bool, Query(alias="all")] = False,
) -> Response:
    """Those who work here today, or everybody who ever did or will, by name."""
    work.actor.must(Permission.SEE_PEOPLE)
    found = await queries.list_people(
        work,
        staffing_role=role or None,
        skill=skill or None,
        employed_on=None if all_of_them else work.now.date(),
        words=q,
        sort=rows.sort,
        cursor=rows.cursor,
        limit=rows.limit,
    )
    return page(
        request,
        "resourcing/people/people.html",
        listing=Listing.of(request, "people", _columns(), found.items, next=found.next),
        roles=[(name, shown_role(name)) for name in await _role_names(work)],
        skills=[(one, titled(one)) for one in await queries.list_skills(work)],
        role=role,
        skill=skill,
        shows_all=all_of_them,
        today=work.now.date(),
        may_manage=work.actor.may(Permission.MANAGE_PEOPLE),
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column("name", _("Person"), sorts=True),
        Column("email", _("E-mail"), only="file"),
        Column("employed_from", _("From"), only="file"),
        Column("employed_until", _("Until"), last_day("employed_until"), only="file"),
        Column("roles", _("Staffing roles"), lambda row: ", ".join(map(shown_role, row.staffing_roles))),
        Column("practice", _("Practice"), sorts=True),
        Column("grade", _("Grade"), lambda row: row.grade and titled(row.grade), sorts=True),
        Column("region", _("Region"), sorts=True),
    )


@router.get("/new")
async def new(request: Request, work: InWork) -> Response:
    """An empty form."""
    return await _form(request, work, Person(new_id(), "", work.now.date(), version=0))


@router.get("/{person_id}")
async def person(request: Request, person_id: UUID, work: InWork) -> Response:
    """One person; what they are booked for, when they are away and how busy they were comes as parts of the page."""
    found = await queries.get_person(work, person_id)
    sees_cost = work.actor.may(Permission.SEE_COST_RATES)
    return page(
        request,
        "resourcing/people/person.html",
        person=found,
        manager=await queries.name_of(work, found.manager_id),
        rates=await queries.list_cost_rates(work, person_id) if sees_cost else None,
        today=work.now.date(),
        sees_people=work.actor.may(Permission.SEE_PEOPLE),
        sees_utilization=work.actor.may(Permission.SEE_UTILIZATION),
        may_manage=work.actor.may(Permission.MANAGE_PEOPLE),
        may_set_cost=work.actor.may(Permission.SET_COST_RATES),
        rate_id=new_id(),
    )


@router.get("/{person_id}/edit")
async def edit(request: Request, person_id: UUID, work: InWork) -> Response:
    """The form with what is on record."""
    return await _form(request, work, await queries.get_person(work, person_id))


@router.post("/{person_id}")
async def save(request: Request, person_id: UUID, work: InWork) -> Response:
    """Put on record what the form says, and show the person."""
    form = await form_of(request, PersonForm)
    if form.version:
        await actions.change_person(work, person_id, form.details(), version=form.version)
    else:
        await actions.add_person(work, person_id, form.details())
    return RedirectResponse(f"/resourcing/people/{person_id}", 303)


async def find(work: Work, words: str, limit: int) -> Sequence[Hit]:
    """People by name."""
    found = await queries.list_people(work, words=words, limit=limit)
    return [
        Hit(one.name, f"/resourcing/people/{one.id}", ", ".join(map(shown_role, one.staffing_roles)))
        for one in found.items
    ]


finder = Finder("People", "users", Permission.SEE_OWN, find)


async def _form(request: Request, work: Work, described: Person) -> Response:
    work.actor.must(Permission.MANAGE_PEOPLE)
    return page(
        request,
        "resourcing/people/form.html",
        person=described,
        roles=await _role_names(work),
        managers=await _managers(work, described),
    )


async def _role_names(work: Work) -> list[str]:
    return [one.name for one in (await queries.list_staffing_roles(work, limit=LIMIT_MAX)).items]


async def _managers(work: Work, of: Person) -> list[tuple[UUID, str]]:
    """Whom to choose from, by name; the present manager is among them, whoever it is."""
    found = await queries.list_people(work, employed_on=work.now.date(), limit=LIMIT_MAX)
    choices = {one.id: one.name for one in found.items if one.id != of.id}
    if of.manager_id is not None and of.manager_id not in choices:
        choices[of.manager_id] = await queries.name_of(work, of.manager_id) or str(of.manager_id)
    return list(choices.items())
