"""Sales people as people see them: who sells, what is theirs, who joins and who leaves."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.crm.permissions import Permission
from services.crm.sales_people import actions, queries
from services.crm.sales_people.api import SalesPersonBody
from services.crm.sales_people.model import SalesPerson
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page, toast
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _

router = APIRouter(prefix="/sales-people", route_class=PageRoute)
HERE = "/crm/sales-people"


@router.get("")
async def sales_people(
    request: Request,
    work: InWork,
    *,
    rows: Rows,
    q: Annotated[str, Query(max_length=200)] = "",
    all_of_them: Annotated[bool, Query(alias="all")] = False,
) -> Response:
    """Those who sell by name, or also those who sell no more."""
    active = None if all_of_them else True
    found = await queries.listed(work, is_active=active, words=q, cursor=rows.cursor, limit=rows.limit)
    sees_all, may_keep = (work.actor.may(one) for one in (Permission.SEE_ALL_RECORDS, Permission.KEEP_SALES_PEOPLE))
    columns = (
        Column("name", _("Sales person")),
        Column("office", _("Office")),
        Column("manager", _("Manager")),
        *((Column("open_deals", _("Open deals"), number=True),) if sees_all else ()),
        *((Column("accounts", _("Accounts"), number=True),) if sees_all else ()),
        *((Column("keep", ""),) if may_keep else ()),
    )
    return page(
        request,
        "crm/sales_people/sales_people.html",
        listing=Listing.of(request, "sales-people", columns, found.items, next=found.next),
        shows_all=all_of_them,
        sees_all=sees_all,
        may_keep=may_keep,
        person_id=new_id(),
    )


@router.post("/{sales_person_id}")
async def add(request: Request, sales_person_id: UUID, work: InWork) -> Response:
    """Put somebody on the list."""
    form = await form_of(request, SalesPersonBody)
    person = await actions.add_sales_person(work, SalesPerson(sales_person_id, **form.model_dump()))
    return RedirectResponse(HERE, 303, toast(_("%(name)s sells from now on.") % {"name": person.name}))


@router.post("/{sales_person_id}/deactivation")
async def deactivate(sales_person_id: UUID, work: InWork) -> Response:
    """Give nothing more to somebody, with the way back."""
    person = await actions.deactivate_sales_person(work, sales_person_id)
    said = _("Nothing more is given to %(name)s.") % {"name": person.name}
    return RedirectResponse(HERE, 303, toast(said, undo=f"{HERE}/{sales_person_id}/reactivation"))


@router.post("/{sales_person_id}/reactivation")
async def reactivate(sales_person_id: UUID, work: InWork) -> Response:
    """Let somebody sell again."""
    person = await actions.reactivate_sales_person(work, sales_person_id)
    return RedirectResponse(HERE, 303, toast(_("%(name)s sells from now on.") % {"name": person.name}))
