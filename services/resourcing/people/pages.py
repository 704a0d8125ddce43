"""People as people see them: the list, and one person with skills and, for those who may see it, cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.resourcing.people import queries
from services.resourcing.permissions import Permission
from shared.database import LIMIT_DEFAULT, LIMIT_MAX
from shared.pages import InWork, PageRoute, page
from shared.pages.waiting import Finder, Hit
from shared.ui.formats import role as shown_role
from shared.ui.listing import Column, Listing
from shared.ui.words import gettext as _
from shared.web import Cursor
from shared.work import Work

router = APIRouter(prefix="/people", route_class=PageRoute)

Word = Annotated[str, Query(max_length=200)]


@router.get("")
async def people(
    request: Request, work: InWork, *, q: Word = "", role: Word = "", skill: Word = "", cursor: Cursor = None
) -> Response:
    """Those who work here today, by name."""
    work.actor.must(Permission.SEE_PEOPLE)
    found = await queries.list_people(
        work,
        staffing_role=role or None,
        skill=skill or None,
        employed_on=work.now.date(),
        words=q,
        cursor=cursor,
        limit=LIMIT_DEFAULT,
    )
    columns = (
        Column("name", _("Person")),
        Column("roles", _("Staffing roles")),
        Column("practice", _("Practice")),
        Column("grade", _("Grade")),
        Column("region", _("Region")),
    )
    listing = Listing.of(request, "people", columns, found.items, next=found.next)
    return page(
        request,
        "resourcing/people/people.html",
        listing=listing,
        roles=[
            (one.name, shown_role(one.name)) for one in (await queries.list_staffing_roles(work, limit=LIMIT_MAX)).items
        ],
        skills=[(one, one) for one in await queries.list_skills(work)],
        role=role,
        skill=skill,
    )


@router.get("/{person_id}")
async def person(request: Request, person_id: UUID, work: InWork) -> Response:
    """One person; what they are booked for, when they are away and how busy they were comes as parts of the page."""
    found = await queries.get_person(work, person_id)
    sees_cost = work.actor.may(Permission.SEE_COST_RATES)
    return page(
        request,
        "resourcing/people/person.html",
        person=found,
        rates=await queries.list_cost_rates(work, person_id) if sees_cost else None,
        sees_people=work.actor.may(Permission.SEE_PEOPLE),
        sees_utilization=work.actor.may(Permission.SEE_UTILIZATION),
    )


async def find(work: Work, words: str, limit: int) -> Sequence[Hit]:
    """People by name."""
    found = await queries.list_people(work, words=words, limit=limit)
    return [
        Hit(one.name, f"/resourcing/people/{one.id}", ", ".join(map(shown_role, one.staffing_roles)))
        for one in found.items
    ]


finder = Finder("People", "users", Permission.SEE_OWN, find)
