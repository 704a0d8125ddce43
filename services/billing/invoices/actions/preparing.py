"""Drafting an invoice from open work, approving it, discarding it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.billing.adjustments.actions import write_down_to_caps
from services.billing.contracts.actions import lock_contracts, locked_contract
from services.billing.contracts.model import Contract
from services.billing.customers.actions import customer_of
from services.billing.deposits.actions import draw_down
from services.billing.invoices import store
from services.billing.invoices.model import Head, Invoice, NoSuchInvoice, NothingToInvoice, taxed, taxes_on
from services.billing.invoices.model.selection import Selection
from services.billing.invoices.store import drafting
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.legal_entities.model import TaxRule
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
    invoice = await draft_open_work(work, contract, up_to=up_to, by=work.actor.subject)
    invoice = invoice or await store.draft_of(work, contract_id=contract_id, up_to=up_to)
    if invoice is None:
        raise NothingToInvoice()
    return invoice


async def draft_open_work(work: Work, contract: Contract, *, up_to: date, by: str) -> Invoice | None:
    """Put what is open on a locked contract on a new draft, as prepared `by` somebody; none where nothing is open.

    Its caps and its deposit count. Raises NothingToInvoice where what is open takes back more than it claims.
    """
    await _keep_to_limits(work, contract, up_to)
    if not await drafting.is_anything_open(work, contract_id=contract.id, up_to=up_to):
        return None
    invoice = _invoice(work, contract, up_to, by)
    rules = await _rules(work, invoice)
    await drafting.draft(work, invoice, rules)
    lines = await store.lines_of(work, invoice.id)
    await store.add_taxes(work, {invoice.id: taxed(lines, rules, contract.currency)})
    return invoice


async def draft_invoices(work: Work, contract_ids: Sequence[UUID], chosen: Selection) -> dict[UUID, UUID]:
    """Put what is open and was chosen on drafts, one for each active contract that has more than nought open.

    Gives the drafts by contract.
    """
    work.actor.must(Permission.PREPARE_INVOICES)
    await lock_contracts(work, contract_ids)
    for contract_id in await drafting.limited_contracts(work, contract_ids):
        await _keep_to_limits(work, await locked_contract(work, contract_id), chosen.up_to)
    waiting = await drafting.open_contracts(work, contract_ids, chosen)
    if not waiting:
        return {}
    heads = await drafting.open_drafts(work, {contract_id: new_id() for contract_id in waiting}, chosen)
    known = {(head.legal_entity_id, head.customer_id): await _rules(work, head) for head in heads}
    rules = {head.id: known[head.legal_entity_id, head.customer_id] for head in heads}
    await drafting.fill(work, {head.contract_id: head.id for head in heads}, chosen, rules)
    nets = await store.nets_of(work, list(rules))
    await store.add_taxes(work, {head.id: taxes_on(nets[head.id], rules[head.id], head.currency) for head in heads})
    return {head.contract_id: head.id for head in heads}


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


async def _keep_to_limits(work: Work, contract: Contract, up_to: date) -> None:
    await write_down_to_caps(work, contract, up_to=up_to)
    await draw_down(work, contract, up_to=up_to)


async def _rules(work: Work, head: Head | Invoice) -> list[TaxRule]:
    customer = await customer_of(work, head.customer_id)
    seller = await legal_entity_of(work, head.legal_entity_id)
    return seller.tax_rules_for(country=customer.country, tax_id=customer.tax_id)


def _invoice(work: Work, contract: Contract, up_to: date, by: str) -> Invoice:
    return Invoice(
        id=new_id(),
        contract_id=contract.id,
        customer_id=contract.customer_id,
        legal_entity_id=contract.legal_entity_id,
        project_id=contract.project_id,
        thread_id=contract.thread_id,
        currency=contract.currency,
        up_to=up_to,
        prepared_by=by,
        prepared_at=work.now,
    )
