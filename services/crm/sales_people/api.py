"""Sales people over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from services.crm.sales_people import queries
from shared.actor import NotPermitted
from shared.database import LIMIT_DEFAULT, BadCursor
from shared.web import Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(prefix="/sales-people", tags=["sales people"], route_class=WorkRoute)


class SalesPersonRow(View):
    """Somebody who sells, as an imported file knew them; `subject` is their log-in here."""

    id: UUID
    name: str
    subject: str
    manager: str
    office: str


@router.get("", responses=refusals(NotPermitted, BadCursor))
async def find(work: InWork, cursor: Cursor = None, limit: Limit = LIMIT_DEFAULT) -> PageOf[SalesPersonRow]:
    """The sales people by name."""
    return PageOf[SalesPersonRow].of(await queries.listed(work, cursor=cursor, limit=limit), SalesPersonRow)
