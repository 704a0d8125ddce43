"""Drafting an invoice from open work, approving it, discarding it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.billing.contracts.actions import locked_contract
from services.billing.contracts.model import Contract
from services.billing.customers.actions import customer_of
from services.billing.invoices import store
from services.billing.invoices.model import Invoice, NoSuchInvoice, NothingToInvoice, taxed
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.permissions import Permission
from shared import subjects
from shared.ids import new_id
from shared.work import Work


async def draft_invoice(work: Work, *, contract_id: UUID, up_to: date) -> Invoice:
    """Put everything open on a contract, worked up to and including `up_to`, on a draft.

    Asked again, it gives the draft that stands, unless more has become open. Raises NoSuchContract,
    ContractNotActive, NothingToInvoice.
    """
    work.actor.must(Permission.PREPARE_INVOICES)
    contract = await locked_contract(work, contract_id)
    contract.must_be_active()
    if not await store.is_anything_open(work, contract_id=contract_id, up_to=up_to):
        standing = await store.draft_of(work, contract_id=contract_id, up_to=up_to)
        if standing is None:
            raise NothingToInvoice()
        return standing
    invoice = _invoice(work, contract, up_to)
    lines = await store.draft(work, invoice)
    customer = await customer_of(work, contract.customer_id)
    seller = await legal_entity_of(work, contract.legal_entity_id)
    rule = seller.tax_rule_for(country=customer.country, tax_id=customer.tax_id)
    await store.add_tax(work, invoice.id, taxed(lines, rule, contract.currency))
    return invoice


async def approve_invoice(work: Work, invoice_id: UUID) -> Invoice:
    """Agree to a draft that somebody else prepared. Raises NoSuchInvoice, NotADraft, OwnInvoice."""
    work.actor.must(Permission.APPROVE_INVOICES)
    invoice = await locked_invoice(work, invoice_id)
    is_preparer = await subjects.is_same_person(work, invoice.prepared_by)
    invoice.approve(by=work.actor.subject, at=work.now, is_preparer=is_preparer)
    await store.keep(work)
    return invoice


async def discard_invoice(work: Work, invoice_id: UUID, *, reason: str) -> Invoice:
    """Give up a draft; the work on it is open again. Raises NoSuchInvoice, IssuedForGood, DiscardedAlready."""
    work.actor.must(Permission.PREPARE_INVOICES)
    invoice = await locked_invoice(work, invoice_id)
    await work.because(reason)
    invoice.discard()
    await store.keep(work)
    await store.free(work, invoice_id)
    return invoice


async def locked_invoice(work: Work, invoice_id: UUID) -> Invoice:
    """One invoice, locked until this work ends. Raises NoSuchInvoice."""
    found = await store.get(work, invoice_id)
    if found is None:
        raise NoSuchInvoice()
    return found


def _invoice(work: Work, contract: Contract, up_to: date) -> Invoice:
    return Invoice(
        id=new_id(),
        contract_id=contract.id,
        customer_id=contract.customer_id,
        legal_entity_id=contract.legal_entity_id,
        project_id=contract.project_id,
        thread_id=contract.thread_id,
        currency=contract.currency,
        up_to=up_to,
        prepared_by=work.actor.subject,
        prepared_at=work.now,
    )
