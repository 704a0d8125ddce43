"""Customers as billing sees them: who they are, and how each is invoiced."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.billing.invoice_layouts.pages import languages
from services.billing.invoice_preferences import queries
from services.billing.invoice_preferences.actions import agree_preferences, want_timesheet_annex
from services.billing.invoice_preferences.api import AnnexBody, PreferencesBody
from services.billing.invoice_preferences.model import Consolidation
from services.billing.permissions import Permission
from shared.pages import InWork, PageRoute, form_of, page
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _

router = APIRouter(route_class=PageRoute)


@router.get("/customers")
async def customers(
    request: Request, work: InWork, rows: Rows, q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Customers by name."""
    found = await queries.listed(work, words=q, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("name", _("Customer")),
        Column("city", _("City")),
        Column("consolidation", _("One invoice for each"), lambda row: consolidations()[row.consolidation]),
        Column("payment_terms_days", _("Payment terms, days"), number=True),
    )
    listing = Listing.of(request, "customers", columns, found.items, next=found.next)
    return page(request, "billing/invoice_preferences/customers.html", listing=listing, words=consolidations())


@router.get("/customers/{customer_id}")
async def customer(request: Request, customer_id: UUID, work: InWork) -> Response:
    """One customer, and how it is invoiced."""
    found = await queries.preferences(work, customer_id)
    return page(
        request,
        "billing/invoice_preferences/customer.html",
        customer=found.customer,
        preferences=found.preferences,
        words=consolidations(),
        languages=languages(),
        may_agree=work.actor.may(Permission.AGREE_TERMS),
    )


@router.post("/customers/{customer_id}/invoice-preferences")
async def agree(request: Request, customer_id: UUID, work: InWork) -> Response:
    """Agree how a customer is invoiced."""
    form = await form_of(request, PreferencesBody)
    await agree_preferences(work, customer_id, consolidation=form.consolidation, language=form.language)
    return RedirectResponse(f"/billing/customers/{customer_id}", 303)


@router.get("/contracts/{contract_id}/timesheet-annex")
async def annex(request: Request, contract_id: UUID, work: InWork) -> Response:
    """Whether the time behind the invoices of a contract stands on them; a part of the contract's page."""
    found = await queries.timesheet_annex(work, contract_id)
    may_agree = work.actor.may(Permission.AGREE_TERMS)
    return page(request, "billing/invoice_preferences/annex.html", annex=found, may_agree=may_agree)


@router.post("/contracts/{contract_id}/timesheet-annex")
async def want_annex(request: Request, contract_id: UUID, work: InWork) -> Response:
    """Put the time behind the invoices of a contract on them, or no longer."""
    form = await form_of(request, AnnexBody)
    await want_timesheet_annex(work, contract_id, is_wanted=form.is_wanted)
    return RedirectResponse(f"/billing/contracts/{contract_id}", 303)


def consolidations() -> dict[Consolidation, str]:
    """What a customer gets an invoice of its own for, in words."""
    return {
        Consolidation.PER_CONTRACT: _("Contract"),
        Consolidation.PER_PROJECT: _("Project"),
        Consolidation.PER_PURCHASE_ORDER: _("Purchase order"),
        Consolidation.PER_CUSTOMER: _("Customer, for all of it"),
    }
