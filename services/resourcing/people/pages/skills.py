"""What one person can do, as a part of their page: skills that are added, and assessed anew."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.resourcing.people import actions, queries
from services.resourcing.people.api import Name, SkillBody
from services.resourcing.people.model import Skill
from services.resourcing.permissions import Permission
from shared.pages import InWork, PageRoute, form_of, page, toast
from shared.ui.formats import titled
from shared.ui.words import gettext as _

router = APIRouter(prefix="/people/{person_id}/skills", route_class=PageRoute)


class SkillForm(SkillBody):
    """Which skill, how well, and when that was assessed."""

    skill: Name


@router.get("/form")
async def form(
    request: Request, person_id: UUID, work: InWork, skill: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """The form for a skill that the person has, or without one for a further skill; a part of the page."""
    work.actor.must(Permission.MANAGE_PEOPLE)
    person = await queries.get_person(work, person_id)
    return page(
        request,
        "resourcing/people/skill.html",
        person=person,
        known=next((one for one in person.skills if one.skill == skill), None),
        skills=await queries.list_skills(work),
        today=work.now.date(),
    )


@router.post("")
async def add(request: Request, person_id: UUID, work: InWork) -> Response:
    """Put a further skill on record."""
    wanted = await form_of(request, SkillForm)
    await actions.add_skill(work, person_id, wanted.skill, level=wanted.level, assessed_on=wanted.assessed_on)
    return _to(person_id)


@router.post("/assessment")
async def assess(request: Request, person_id: UUID, work: InWork) -> Response:
    """Put on record how well the person can do something by now, with the way back to how it was."""
    wanted = await form_of(request, SkillForm)
    person = await queries.get_person(work, person_id)
    before = next((_as_form(one) for one in person.skills if one.skill == wanted.skill), None)
    await actions.assess_skill(work, person_id, wanted.skill, level=wanted.level, assessed_on=wanted.assessed_on)
    said = _("%(skill)s assessed.") % {"skill": titled(wanted.skill)}
    way_back = f"/resourcing/people/{person_id}/skills/assessment" if before else None
    return _to(person_id, toast(said, undo=way_back, values=before))


def _as_form(kept: Skill) -> dict[str, str]:
    return {"skill": kept.skill, "level": str(kept.level), "assessed_on": kept.assessed_on.isoformat()}


def _to(person_id: UUID, said: dict[str, str] | None = None) -> Response:
    return RedirectResponse(f"/resourcing/people/{person_id}", 303, said)
