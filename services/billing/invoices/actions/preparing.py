"""Drafting an invoice from open work, approving it, discarding it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.billing.adjustments.actions import write_down_to_caps
from services.billing.contracts.actions import lock_contracts, locked_contract, locked_contracts
from services.billing.customers.actions import customers_of
from services.billing.customers.model import Customer
from services.billing.deposits.actions import draw_down
from services.billing.invoice_layouts.actions import layout_of
from services.billing.invoice_preferences.actions import invoiced_together, units_of
from services.billing.invoices import store
from services.billing.invoices.model import Head, Invoice, NoSuchInvoice, NothingToInvoice, taxed, taxes_on
from services.billing.invoices.model.selection import Selection
from services.billing.invoices.store import drafting
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.legal_entities.model import Language, LegalEntity, TaxRule
from services.billing.permissions import Permission
from shared import subjects
from shared.ids import new_id
from shared.work import Work


async def draft_invoice(work: Work, *, contract_id: UUID, up_to: date) -> Invoice:
    """Put everything open on a contract, worked up to and including `up_to`, on a draft.

    What is open on the contracts that its customer wants on the same invoice goes with it. Asked again, it gives the
    draft that stands, unless more has become open. Raises NoSuchContract, ContractNotActive, NothingToInvoice.
    """
    work.actor.must(Permission.PREPARE_INVOICES)
    await lock_contracts(work, await invoiced_together(work, contract_id))
    (await locked_contract(work, contract_id)).must_be_active()
    together = await invoiced_together(work, contract_id)
    invoice = await draft_open_work(work, together, up_to=up_to, by=work.actor.subject)
    invoice = invoice or await store.draft_of(work, contract_id=contract_id, up_to=up_to)
    if invoice is None:
        raise NothingToInvoice()
    return invoice


async def draft_open_work(work: Work, contract_ids: Sequence[UUID], *, up_to: date, by: str) -> Invoice | None:
    """Put what is open on locked contracts on one new draft, as prepared `by` somebody; none where nothing is open.

    The caps and the deposit of each count. Raises NothingToInvoice where what is open takes back more than it claims.
    """
    chosen = Selection(up_to)
    await _keep_to_limits(work, contract_ids, chosen)
    waiting = await drafting.open_nets(work, contract_ids, chosen)
    if not waiting:
        return None
    draft_id = new_id()
    [(head, rules)] = await _filled(work, dict.fromkeys(waiting, draft_id), chosen, by=by)
    lines = await store.lines_of(work, draft_id)
    await store.add_taxes(work, {draft_id: taxed(lines, rules, head.currency)})
    return await store.get(work, draft_id)


async def draft_invoices(work: Work, contract_ids: Sequence[UUID], chosen: Selection) -> dict[UUID, UUID]:
    """Put what is open and was chosen on drafts, one for all the contracts that go on one invoice.

    Only where they claim more than nought together, before what was paid in advance. Gives the drafts by contract.
    """
    work.actor.must(Permission.PREPARE_INVOICES)
    await lock_contracts(work, contract_ids)
    await _keep_to_limits(work, contract_ids, chosen)
    waiting = await drafting.open_nets(work, contract_ids, chosen)
    drafts = _drafts(waiting, await units_of(work, contract_ids))
    if not drafts:
        return {}
    made = await _filled(work, drafts, chosen, by=work.actor.subject)
    nets = await store.nets_of(work, [head.id for head, _ in made])
    taxes = {head.id: taxes_on(nets[head.id], rules, head.currency, may_be_nought=True) for head, rules in made}
    await store.add_taxes(work, taxes)
    return drafts


async def approve_invoice(work: Work, invoice_id: UUID) -> Invoice:
    """Agree to a draft that somebody else prepared. Raises NoSuchInvoice, NotADraft, OwnInvoice."""
    [invoice] = await approve_invoices(work, [invoice_id])
    return invoice


async def approve_invoices(work: Work, invoice_ids: Sequence[UUID]) -> Sequence[Invoice]:
    """Agree to several drafts, all or none, each of which somebody else prepared.

    Raises NoSuchInvoice, NotADraft, OwnInvoice.
    """
    work.actor.must(Permission.APPROVE_INVOICES)
    found = await store.get_several(work, invoice_ids)
    if len(found) < len(set(invoice_ids)):
        raise NoSuchInvoice()
    for invoice in found:
        is_preparer = await subjects.is_same_person(work, invoice.prepared_by)
        invoice.approve(by=work.actor.subject, at=work.now, is_preparer=is_preparer)
    await store.keep(work)
    return found


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


async def _keep_to_limits(work: Work, contract_ids: Sequence[UUID], chosen: Selection) -> None:
    limited = await drafting.limited_contracts(work, contract_ids)
    if not limited:
        return
    contracts = await locked_contracts(work, limited)
    for contract in contracts:
        await write_down_to_caps(work, contract, up_to=chosen.up_to)
    await draw_down(work, contracts, up_to=chosen.up_to, method=chosen.method)


def _drafts(waiting: Mapping[UUID, Decimal], units: Mapping[UUID, UUID]) -> dict[UUID, UUID]:
    """A draft for each contract on which something waits, the same for a unit, if it claims more than nought."""
    claims: dict[UUID, Decimal] = defaultdict(Decimal)
    for contract_id, claim in waiting.items():
        claims[units[contract_id]] += claim
    drafts = {unit: new_id() for unit, claim in claims.items() if claim > 0}
    return {each: drafts[units[each]] for each in waiting if units[each] in drafts}


async def _filled(
    work: Work, drafts: Mapping[UUID, UUID], chosen: Selection, *, by: str
) -> list[tuple[Head, list[TaxRule]]]:
    """New drafts with the open work of the contracts, each with the tax rules that its lines are taxed by."""
    heads = await drafting.open_drafts(work, drafts, chosen, by=by)
    customers = await customers_of(work, {head.customer_id for head in heads})
    ways = {seller: await _selling(work, seller) for seller in {head.legal_entity_id for head in heads}}
    made = [(head, _rules(head, customers[head.customer_id], *ways[head.legal_entity_id])) for head in heads]
    await drafting.fill(work, drafts, chosen, {head.id: rules for head, rules in made})
    return made


async def _selling(work: Work, legal_entity_id: UUID) -> tuple[LegalEntity, Language]:
    """Who sells, and the language that its own texts are in."""
    return await legal_entity_of(work, legal_entity_id), (await layout_of(work, legal_entity_id)).language


def _rules(head: Head, customer: Customer, seller: LegalEntity, own: Language) -> list[TaxRule]:
    rules = seller.tax_rules_for(country=customer.country, tax_id=customer.tax_id)
    return [rule.said_in(head.language, own=own) for rule in rules]
