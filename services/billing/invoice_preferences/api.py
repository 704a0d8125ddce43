"""How customers are invoiced, over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from services.billing.contracts.model import NoSuchContract
from services.billing.customers.model import NoSuchCustomer
from services.billing.invoice_preferences import queries
from services.billing.invoice_preferences.actions import agree_preferences, want_timesheet_annex
from services.billing.invoice_preferences.model import Consolidation
from services.billing.legal_entities.model import Language
from shared.actor import NotPermitted
from shared.web import Body, InWork, View, WorkRoute, refusals

router = APIRouter(tags=["invoice preferences"], route_class=WorkRoute)


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


@router.post("/customers/{customer_id}/invoice-preferences", responses=refusals(NotPermitted, NoSuchCustomer))
async def agree(customer_id: UUID, body: PreferencesBody, work: InWork) -> PreferencesView:
    """Agree how a customer is invoiced; it counts from the next draft on."""
    preferences = await agree_preferences(work, customer_id, consolidation=body.consolidation, language=body.language)
    return PreferencesView.model_validate(preferences)


@router.get("/customers/{customer_id}/invoice-preferences", responses=refusals(NotPermitted, NoSuchCustomer))
async def show(customer_id: UUID, work: InWork) -> PreferencesView:
    """How a customer is invoiced."""
    found = await queries.preferences(work, customer_id)
    return PreferencesView.model_validate(found.preferences)


class AnnexBody(Body):
    """Whether the time behind the invoices of a contract stands on them, entry by entry."""

    is_wanted: bool = False


class AnnexView(View):
    """Whether the invoices of a contract have the time behind them as an annex."""

    contract_id: UUID
    is_wanted: bool


@router.post("/contracts/{contract_id}/timesheet-annex", responses=refusals(NotPermitted, NoSuchContract))
async def want_annex(contract_id: UUID, body: AnnexBody, work: InWork) -> AnnexView:
    """Put the time behind the invoices of a contract on them, or no longer; it counts when they are issued."""
    return AnnexView.model_validate(await want_timesheet_annex(work, contract_id, is_wanted=body.is_wanted))


@router.get("/contracts/{contract_id}/timesheet-annex", responses=refusals(NotPermitted, NoSuchContract))
async def show_annex(contract_id: UUID, work: InWork) -> AnnexView:
    """Whether the invoices of a contract have the time behind them as an annex."""
    return AnnexView.model_validate(await queries.timesheet_annex(work, contract_id))
