"""Agreeing how a customer is invoiced, and finding what goes on one invoice because of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.billing.contracts.actions import locked_contract
from services.billing.customers.actions import customer_of
from services.billing.invoice_layouts.actions import layout_of
from services.billing.invoice_preferences import store
from services.billing.invoice_preferences.model import Consolidation, InvoicePreferences, TimesheetAnnex, units
from services.billing.legal_entities.model import Language
from services.billing.permissions import Permission
from shared.work import Work


async def agree_preferences(
    work: Work, customer_id: UUID, *, consolidation: Consolidation, language: Language | None
) -> InvoicePreferences:
    """Invoice a customer like this from the next draft on. Raises NoSuchCustomer."""
    work.actor.must(Permission.AGREE_TERMS)
    await customer_of(work, customer_id)
    preferences = await store.find(work, customer_id) or InvoicePreferences(customer_id)
    preferences.consolidation, preferences.language = consolidation, language
    await store.keep(work, preferences)
    return preferences


async def want_timesheet_annex(work: Work, contract_id: UUID, *, is_wanted: bool) -> TimesheetAnnex:
    """Put the time behind the invoices of a contract on them, or no longer. Raises NoSuchContract."""
    work.actor.must(Permission.AGREE_TERMS)
    await locked_contract(work, contract_id)
    annex = await store.annex_of(work, contract_id) or TimesheetAnnex(contract_id)
    annex.is_wanted = is_wanted
    await store.keep(work, annex)
    return annex


async def languages_of(work: Work, between: Iterable[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Language]:
    """What the next invoices to customers are written in, each by its customer and its legal entity."""
    wanted = set(between)
    stated = {one.customer_id: one.language for one in await store.find_all(work, {each for each, _ in wanted})}
    usual = {seller: (await layout_of(work, seller)).language for seller in {each for _, each in wanted}}
    return {(customer, seller): stated.get(customer) or usual[seller] for customer, seller in wanted}


async def units_of(work: Work, contract_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """For each contract the first of those given that it is invoiced with."""
    return units(await store.invoiced(work, contract_ids))


async def invoiced_together(work: Work, contract_id: UUID) -> list[UUID]:
    """A contract and the active ones that go on the same invoices, by number; none where it does not exist."""
    found = units(await store.beside(work, contract_id))
    return [each for each, first in found.items() if first == found.get(contract_id)]
