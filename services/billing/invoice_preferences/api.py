"""How customers are invoiced, over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from services.billing.customers.model import NoSuchCustomer
from services.billing.invoice_preferences import queries
from services.billing.invoice_preferences.actions import agree_preferences
from services.billing.invoice_preferences.model import Consolidation
from services.billing.legal_entities.model import Language
from shared.actor import NotPermitted
from shared.web import Body, InWork, View, WorkRoute, refusals

router = APIRouter(prefix="/customers", tags=["invoice preferences"], route_class=WorkRoute)


class PreferencesBody(Body):
    """What a customer gets an invoice of its own for, and its language; without one, that of the legal entity.

    Whatever is chosen, contracts of different legal entities, currencies or payment terms are never on one invoice, and
    a contract without a project or a purchase order is by itself where that decides.
    """

    consolidation: Consolidation = Consolidation.PER_CONTRACT
    language: Language | None = None


class PreferencesView(View):
    """What was agreed with a customer about its invoices."""

    customer_id: UUID
    consolidation: Consolidation
    language: Language | None


@router.post("/{customer_id}/invoice-preferences", responses=refusals(NotPermitted, NoSuchCustomer))
async def agree(customer_id: UUID, body: PreferencesBody, work: InWork) -> PreferencesView:
    """Agree how a customer is invoiced; it counts from the next draft on."""
    preferences = await agree_preferences(work, customer_id, consolidation=body.consolidation, language=body.language)
    return PreferencesView.model_validate(preferences)


@router.get("/{customer_id}/invoice-preferences", responses=refusals(NotPermitted, NoSuchCustomer))
async def show(customer_id: UUID, work: InWork) -> PreferencesView:
    """How a customer is invoiced."""
    found = await queries.preferences(work, customer_id)
    return PreferencesView.model_validate(found.preferences)
