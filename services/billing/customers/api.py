"""Customers over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from services.billing.customers import queries
from shared.actor import NotPermitted
from shared.web import Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(prefix="/customers", tags=["customers"], route_class=WorkRoute)


class CustomerView(View):
    """A customer as crm tells of it."""

    id: UUID
    name: str
    legal_name: str
    currency: str
    tax_id: str
    billing_email: str
    street: str
    postal_code: str
    city: str
    country: str
    payment_terms_days: int
    legal_entity: str | None


@router.get("", responses=refusals(NotPermitted))
async def listed(work: InWork, cursor: Cursor = None, limit: Limit = 50) -> PageOf[CustomerView]:
    """Customers, by id."""
    return PageOf.of(await queries.listed(work, cursor=cursor, limit=limit), CustomerView)
