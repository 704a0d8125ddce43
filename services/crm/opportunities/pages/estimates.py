"""The services estimate of a deal as people write it: whose hours are planned, at what price, and with which skills."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BeforeValidator, Field

from services.crm.opportunities import actions, queries
from services.crm.opportunities.actions import PlannedRole
from services.crm.opportunities.api.bodies import Minutes, Name, Price
from services.crm.opportunities.model import Opportunity, Outcome
from services.crm.permissions import Permission
from services.crm.products.queries import staffing_roles
from shared.ids import new_id
from shared.pages import InWork, PageRoute, Typed, TypedHours, beside_rows, form_of, page
from shared.web.bodies import Body
from shared.work import Work

router = APIRouter(prefix="/opportunities/{opportunity_id}/estimate", route_class=PageRoute)


class RoleForm(Body):
    """Planned work of one role; what is left empty comes from the line or the price book."""

    staffing_role: Name
    minutes: Annotated[Minutes, TypedHours]
    hourly_price: Annotated[Price, Typed] | None = None
    hourly_cost: Annotated[Price, Typed] | None = None
    line_id: UUID | None = None
    skills: Annotated[str, Field(max_length=2000)] = ""

    def planned(self) -> PlannedRole:
        """The role as the action takes it."""
        skills = dict.fromkeys(skill.strip() for skill in self.skills.split(",") if skill.strip())
        return PlannedRole(**self.model_dump(exclude={"skills"}), skills=tuple(skills))


def _said(rows: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return {row_id: row for row_id, row in rows.items() if {"staffing_role", "minutes"} & row.keys()}


class EstimateForm(Body):
    """The whole estimate, in place of the one before; a row without role and hours says nothing."""

    roles: Annotated[dict[UUID, RoleForm], BeforeValidator(_said), Field(min_length=1, max_length=100)]


@router.get("")
async def edit(request: Request, opportunity_id: UUID, work: InWork) -> Response:
    """The form with what is planned, or with a row for each line of hours that is sold."""
    work.actor.must(Permission.CHANGE_RECORDS)
    deal = await queries.one(work, opportunity_id)
    hours = [line for line in deal.lines if line.minutes]
    return page(
        request,
        "crm/opportunities/estimate.html",
        choices=await _choices(work, deal),
        rows=[(one.id, one) for one in deal.roles] or [(line.id, line) for line in hours] or [(new_id(), None)],
        is_open=deal.outcome is Outcome.OPEN,
    )


@router.get("/rows")
async def row(request: Request, opportunity_id: UUID, work: InWork) -> Response:
    """The fields of one more role; a part of the form."""
    work.actor.must(Permission.CHANGE_RECORDS)
    deal = await queries.one(work, opportunity_id)
    choices = await _choices(work, deal)
    return page(request, "crm/opportunities/estimate_row.html", choices=choices, row_id=new_id(), planned=None)


@router.post("")
async def plan(request: Request, opportunity_id: UUID, work: InWork) -> Response:
    """Replace the estimate."""
    form = await form_of(request, EstimateForm)
    with beside_rows("roles", list(form.roles)):
        await actions.plan_services(work, opportunity_id, roles=[one.planned() for one in form.roles.values()])
    return RedirectResponse(f"/crm/opportunities/{opportunity_id}", 303)


async def _choices(work: Work, deal: Opportunity) -> dict[str, object]:
    return {
        "deal": deal,
        "lines": [(line.id, line.description) for line in deal.lines if line.minutes],
        "staffing_roles": await staffing_roles(work),
        "sees_cost": work.actor.may(Permission.SEE_COSTS),
    }
