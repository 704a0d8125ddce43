"""Reading how customers are invoiced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, or_, select

from services.billing.contracts.queries import contract
from services.billing.customers.model import Customer
from services.billing.customers.queries import customer
from services.billing.customers.store import customers
from services.billing.invoice_preferences import store
from services.billing.invoice_preferences.model import Consolidation, InvoicePreferences, TimesheetAnnex
from services.billing.invoice_preferences.store import invoice_preferences
from services.billing.permissions import Permission
from shared.database import Page, page
from shared.work import Work


@dataclass(frozen=True)
class PreferencesFound:
    """A customer, and what was agreed about its invoices."""

    customer: Customer
    preferences: InvoicePreferences


async def preferences(work: Work, customer_id: UUID) -> PreferencesFound:
    """How a customer is invoiced, which is by contract where nothing was agreed. Raises NoSuchCustomer."""
    work.actor.must(Permission.SEE_CONTRACTS)
    found = await store.find(work, customer_id) or InvoicePreferences(customer_id)
    return PreferencesFound(await customer(work, customer_id), found)


async def timesheet_annex(work: Work, contract_id: UUID) -> TimesheetAnnex:
    """Whether the invoices of a contract have the time behind them as an annex. Raises NoSuchContract."""
    await contract(work, contract_id)
    return await store.annex_of(work, contract_id) or TimesheetAnnex(contract_id)


async def listed(work: Work, *, words: str = "", cursor: str | None, limit: int) -> Page[Row[Any]]:
    """Customers by name, each with how it is invoiced; `words` are of one of its names."""
    work.actor.must(Permission.SEE_CONTRACTS)
    agreed = func.coalesce(invoice_preferences.c.consolidation, Consolidation.PER_CONTRACT.value)
    wanted = select(customers, agreed.label("consolidation")).join_from(
        customers, invoice_preferences, invoice_preferences.c.customer_id == customers.c.id, isouter=True
    )
    if words:
        names = customers.c.name, customers.c.legal_name
        wanted = wanted.where(or_(*(one.icontains(words, autoescape=True) for one in names)))
    return await page(work.session, wanted, keys=(customers.c.name, customers.c.id), cursor=cursor, limit=limit)
