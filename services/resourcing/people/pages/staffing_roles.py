"""Staffing roles as people see them: the kinds of work that people can be booked for, and who does them."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.resourcing.people import actions, queries
from services.resourcing.people.api import StaffingRoleBody
from services.resourcing.permissions import Permission
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page
from shared.ui.formats import role as shown_role
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _

HERE = "/resourcing/staffing-roles"
router = APIRouter(prefix="/staffing-roles", route_class=PageRoute)


@router.get("")
async def staffing_roles(request: Request, work: InWork, rows: Rows) -> Response:
    """Staffing roles by name, each with how many people do such work today."""
    work.actor.must(Permission.MANAGE_PEOPLE)
    found = await queries.list_staffing_roles(work, cursor=rows.cursor, limit=rows.limit)
    people = await queries.people_by_role(work, work.now.date())
    columns = (
        Column("name", _("Staffing role"), lambda row: shown_role(row.name)),
        Column("description", _("Description")),
        Column("people", _("People today"), lambda row: people.get(row.name, 0), number=True),
    )
    return page(
        request,
        "resourcing/people/staffing_roles.html",
        listing=Listing.of(request, "staffing-roles", columns, found.items, next=found.next),
        people=people,
        role_id=new_id(),
    )


@router.post("/{role_id}")
async def add(request: Request, role_id: UUID, work: InWork) -> Response:
    """Add a kind of work."""
    form = await form_of(request, StaffingRoleBody)
    await actions.add_staffing_role(work, role_id, name=form.name, description=form.description)
    return RedirectResponse(HERE, 303)
