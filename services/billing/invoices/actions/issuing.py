"""Issuing: the number, the journal entry, the document and the news, all in one transaction or not at all."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.billing.contracts.actions import locked_contracts
from services.billing.invoices import store
from services.billing.invoices.actions.assembling import assembled
from services.billing.invoices.actions.document import Document
from services.billing.invoices.actions.files import files_of
from services.billing.invoices.actions.posting import entry_of
from services.billing.invoices.actions.preparing import locked_invoice
from services.billing.invoices.model import Invoice, totals
from services.billing.ledger.actions import post_entry
from services.billing.ledger.model.entries import Source, SourceKind
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.numbering.actions import next_number
from services.billing.permissions import Permission
from services.billing.purchase_orders.actions import draw_on_purchase_order
from shared import subjects
from shared.contracts.billing import ContractShare, InvoicedLine, InvoiceIssued
from shared.work import Work


async def issue_invoice(work: Work, invoice_id: UUID, *, issued_on: date | None = None) -> Invoice:
    """Send an approved invoice out: give it its number and its document, post it, and announce it.

    The series stays locked while the document is made, some hundredths of a second, so that an invoice never has a
    number without a document. Raises NoSuchInvoice, NotApproved, OwnInvoice, IssuedInFuture, DateGoesBack,
    PurchaseOrderSpent, PeriodClosed, Lacks.
    """
    work.actor.must(Permission.ISSUE_INVOICES)
    invoice = await locked_invoice(work, invoice_id)
    today = work.now.date()
    on = issued_on or today
    is_preparer = await subjects.is_same_person(work, invoice.prepared_by)
    invoice.issue(on=on, today=today, is_preparer=is_preparer)
    document = await _document(work, invoice, on)
    for contract, share in document.by_contract:
        await draw_on_purchase_order(work, contract, document_id=invoice.id, net=share.net)
    await post_entry(work, entry_of(document, Source(SourceKind.INVOICE, invoice.id), thread_id=invoice.thread_id))
    await _send_out(work, invoice, document)
    work.publish(_issued(invoice, document))
    return invoice


async def _document(work: Work, invoice: Invoice, on: date) -> Document:
    lines = await store.lines_of(work, invoice.id)
    contracts = await locked_contracts(work, {line.contract_id for line in lines})
    seller = await legal_entity_of(work, invoice.legal_entity_id)
    number = await next_number(work, series=seller.invoice_series, dated_on=on)
    return await assembled(work, invoice, lines, seller=seller, contracts=contracts, number=number, on=on)


async def _send_out(work: Work, invoice: Invoice, document: Document) -> None:
    files = await files_of(document)
    await store.add_issued(
        work,
        invoice.id,
        number=document.number,
        issued_on=document.issued_on,
        due_on=document.due_on,
        sums=totals(document.taxes),
        issued_by=work.actor.subject,
        issued_at=work.now,
        files=files,
    )


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
