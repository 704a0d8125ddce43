"""Issuing: the number, the journal entry, the document and the news, all in one transaction or not at all."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from services.billing.contracts.actions import locked_contracts
from services.billing.invoices import store
from services.billing.invoices.actions.assembling import assembled
from services.billing.invoices.actions.document import Document
from services.billing.invoices.actions.en16931 import must_be_complete
from services.billing.invoices.actions.files import files_of
from services.billing.invoices.actions.posting import entry_of
from services.billing.invoices.model import Invoice, NoSuchInvoice, totals
from services.billing.invoices.model.issue import Issue, SentOut
from services.billing.ledger.actions import post_entries
from services.billing.ledger.model.entries import Source, SourceKind
from services.billing.legal_entities.actions import legal_entities_of
from services.billing.legal_entities.model import LegalEntity
from services.billing.numbering.actions import next_numbers
from services.billing.permissions import Permission
from services.billing.purchase_orders.actions import draw_on_purchase_orders
from services.billing.purchase_orders.model import Draw
from shared import subjects
from shared.contracts.billing import ContractShare, InvoicedLine, InvoiceIssued
from shared.errors import Refused
from shared.transactions import savepoint
from shared.work import Work


async def issue_invoice(work: Work, invoice_id: UUID, *, issued_on: date | None = None) -> str:
    """Send an approved invoice out; its number. Raises what `issue_invoices` refuses by."""
    issue = await issue_invoices(work, [invoice_id], issued_on=issued_on)
    for refusal in issue.refused.values():
        raise refusal
    return issue.numbers[invoice_id]


async def issue_invoices(work: Work, invoice_ids: Sequence[UUID], *, issued_on: date | None = None) -> Issue:
    """Send approved invoices out: give each its number and its document, post it, and announce it.

    What may not go out is refused by itself, and the others go out. Their series stay locked while the documents are
    made, some hundredths of a second each, so that an invoice never has a number without a document. Refuses with
    NoSuchInvoice, NotApproved, OwnInvoice, IssuedInFuture, DateGoesBack, PurchaseOrderSpent, PeriodClosed, Lacks.
    """
    work.actor.must(Permission.ISSUE_INVOICES)
    sellers = await store.lock(work, invoice_ids)
    issue = Issue(refused={one: NoSuchInvoice() for one in invoice_ids if one not in sellers})
    # One series after the other, always in the same order: two who issue at the same time never wait for each other.
    found = sorted(dict.fromkeys(one for one in invoice_ids if one in sellers), key=lambda one: sellers[one])
    if found:
        await _issue(work, found, issued_on or work.now.date(), issue)
    return issue


async def _issue(work: Work, invoice_ids: Sequence[UUID], on: date, issue: Issue) -> None:
    """Issue all, or else each half by itself, until a refusal is a single invoice's own."""
    try:
        async with savepoint(work.session):
            documents = await _sent_out(work, invoice_ids, on)
    except Refused as refusal:
        if len(invoice_ids) == 1:
            issue.refused[invoice_ids[0]] = refusal
            return
        half = len(invoice_ids) // 2
        await _issue(work, invoice_ids[:half], on, issue)
        await _issue(work, invoice_ids[half:], on, issue)
    else:
        for invoice, document in documents:
            work.publish(_issued(invoice, document))
            issue.numbers[invoice.id] = document.number


async def _sent_out(work: Work, invoice_ids: Sequence[UUID], on: date) -> list[tuple[Invoice, Document]]:
    """The invoices as they are once they went out, with their documents."""
    found = {invoice.id: invoice for invoice in await store.get_several(work, invoice_ids)}
    invoices = [found[one] for one in invoice_ids]
    for invoice in invoices:
        is_preparer = await subjects.is_same_person(work, invoice.prepared_by)
        invoice.issue(on=on, today=work.now.date(), is_preparer=is_preparer)
    issued = list(zip(invoices, await _documents(work, invoices, on), strict=True))
    for _, document in issued:
        must_be_complete(document)  # all of them, before the first one is made
    await draw_on_purchase_orders(
        work,
        [
            (contract, Draw(invoice.id, contract.id, contract.purchase_order or "", share.net))
            for invoice, document in issued
            for contract, share in document.by_contract
        ],
    )
    await post_entries(
        work,
        [
            entry_of(document, Source(SourceKind.INVOICE, invoice.id), thread_id=invoice.thread_id)
            for invoice, document in issued
        ],
    )
    files = await asyncio.gather(*(files_of(document) for _, document in issued))
    await store.add_issued(
        work,
        [
            SentOut(invoice.id, document.number, on, document.due_on, totals(document.taxes), its_own)
            for (invoice, document), its_own in zip(issued, files, strict=True)
        ],
    )
    return issued


async def _documents(work: Work, invoices: Sequence[Invoice], on: date) -> list[Document]:
    lines = await store.lines_of_several(work, [invoice.id for invoice in invoices])
    contracts = await locked_contracts(work, {line.contract_id for each in lines.values() for line in each})
    sellers = await legal_entities_of(work, {invoice.legal_entity_id for invoice in invoices})
    numbers = await _numbers(work, invoices, sellers, on)
    return await assembled(work, invoices, lines, sellers=sellers, contracts=contracts, numbers=numbers, on=on)


async def _numbers(
    work: Work, invoices: Sequence[Invoice], sellers: Mapping[UUID, LegalEntity], on: date
) -> dict[UUID, str]:
    """The number of each invoice, those of a series in the order in which they are given."""
    of_seller: dict[UUID, list[UUID]] = defaultdict(list)
    for invoice in invoices:
        of_seller[invoice.legal_entity_id].append(invoice.id)
    numbers: dict[UUID, str] = {}
    for seller, ids in of_seller.items():
        series = sellers[seller].invoice_series
        numbers |= zip(ids, await next_numbers(work, len(ids), series=series, dated_on=on), strict=True)
    return numbers


def _issued(invoice: Invoice, document: Document) -> InvoiceIssued:
    sums = totals(document.taxes)
    return InvoiceIssued(
        thread_id=invoice.thread_id,
        invoice_id=invoice.id,
        number=document.number,
        contract_id=invoice.contract_id,
        opportunity_id=document.contracts[0].opportunity_id,
        project_id=invoice.project_id,
        account_id=invoice.customer_id,
        currency=document.currency,
        net=sums.net,
        tax=sums.tax,
        gross=sums.gross,
        issued_on=document.issued_on,
        due_on=document.due_on,
        lines=[
            InvoicedLine(
                line=line.position, billing_line_id=line.contract_line_id, description=line.description, net=line.net
            )
            for line in document.lines
        ],
        shares=shares_told(document),
    )


def shares_told(document: Document) -> list[ContractShare]:
    """What of a document is of each contract, as news tell it."""
    return [
        ContractShare(
            contract_id=contract.id,
            opportunity_id=contract.opportunity_id,
            project_id=contract.project_id,
            net=share.net,
            tax=share.tax,
        )
        for contract, share in document.by_contract
    ]
