"""Sales people over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.crm.sales_people import actions, queries
from services.crm.sales_people.model import LogInSells, NoSuchSalesPerson, SalesPerson, SalesPersonExists
from shared.actor import NotPermitted
from shared.cursors import BadCursor
from shared.database import LIMIT_DEFAULT
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(prefix="/sales-people", tags=["sales people"], route_class=WorkRoute)
Words = Annotated[str, Field(max_length=200)]
Said = Annotated[str, Field(min_length=1, max_length=200)]


class SalesPersonBody(Body):
    """Somebody who sells; `subject` is their log-in here, `manager` the name of theirs."""

    name: Said
    subject: Said
    manager: Words = ""
    office: Words = ""


class SalesPersonView(View):
    """Somebody who sells, or did; `subject` is their log-in here."""

    id: UUID
    name: str
    subject: str
    manager: str
    office: str
    is_active: bool


@router.get("", responses=refusals(NotPermitted, BadCursor))
async def find(
    work: InWork, is_active: bool | None = None, cursor: Cursor = None, limit: Limit = LIMIT_DEFAULT
) -> PageOf[SalesPersonView]:
    """The sales people by name, those who sell no more too."""
    found = await queries.listed(work, is_active=is_active, cursor=cursor, limit=limit)
    return PageOf[SalesPersonView].of(found, SalesPersonView)


@router.put("/{sales_person_id}", status_code=201, responses=refusals(NotPermitted, SalesPersonExists, LogInSells))
async def add(sales_person_id: UUID, body: SalesPersonBody, work: InWork) -> SalesPersonView:
    """Put somebody on the list who sells from now on."""
    person = SalesPerson(sales_person_id, **body.model_dump())
    return SalesPersonView.model_validate(await actions.add_sales_person(work, person))


@router.post("/{sales_person_id}/deactivation", responses=refusals(NotPermitted, NoSuchSalesPerson))
async def deactivate(sales_person_id: UUID, work: InWork) -> SalesPersonView:
    """Give nothing more to somebody; what is theirs stays so until it is given to others."""
    return SalesPersonView.model_validate(await actions.deactivate_sales_person(work, sales_person_id))


@router.post("/{sales_person_id}/reactivation", responses=refusals(NotPermitted, NoSuchSalesPerson, LogInSells))
async def reactivate(sales_person_id: UUID, work: InWork) -> SalesPersonView:
    """Let somebody sell again."""
    return SalesPersonView.model_validate(await actions.reactivate_sales_person(work, sales_person_id))
