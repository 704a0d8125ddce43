"""Issuing: the number, the journal entry, the document and the news, all in one transaction or not at all."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.billing.contracts.actions import locked_contract
from services.billing.contracts.model import Contract
from services.billing.customers.actions import customer_of
from services.billing.invoices import store
from services.billing.invoices.actions.document import Document, render
from services.billing.invoices.actions.preparing import locked_invoice
from services.billing.invoices.model import Invoice, due_on, totals
from services.billing.ledger.actions import post_entry
from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import NewEntry, NewLine, Source, SourceKind
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.numbering.actions import next_number
from services.billing.permissions import Permission
from shared import subjects
from shared.contracts.billing import InvoicedLine, InvoiceIssued
from shared.period import Period
from shared.work import Work


async def issue_invoice(work: Work, invoice_id: UUID, *, issued_on: date | None = None) -> Invoice:
    """Send an approved invoice out: give it its number and its document, post it, and announce it.

    The series stays locked while the document is made, some hundredths of a second, so that an invoice never has a
    number without a document. Raises NoSuchInvoice, NotApproved, OwnInvoice, IssuedInFuture, DateGoesBack,
    PeriodClosed.
    """
    work.actor.must(Permission.ISSUE_INVOICES)
    invoice = await locked_invoice(work, invoice_id)
    today = work.now.date()
    on = issued_on or today
    is_preparer = await subjects.is_same_person(work, invoice.prepared_by)
    invoice.issue(on=on, today=today, is_preparer=is_preparer)
    document = await _document(work, invoice, on)
    await post_entry(work, _entry(invoice, document))
    await _send_out(work, invoice, document)
    work.publish(_issued(invoice, document))
    return invoice


async def _document(work: Work, invoice: Invoice, on: date) -> Document:
    contract = await locked_contract(work, invoice.contract_id)
    seller = await legal_entity_of(work, invoice.legal_entity_id)
    return Document(
        number=await next_number(work, series=seller.invoice_series, dated_on=on),
        issued_on=on,
        due_on=due_on(on, contract.payment_terms_days),
        seller=seller,
        customer=await customer_of(work, invoice.customer_id),
        contract=contract,
        currency=invoice.currency,
        lines=await store.lines_of(work, invoice.id),
        taxes=await store.taxes_of(work, invoice.id),
    )


async def _send_out(work: Work, invoice: Invoice, document: Document) -> None:
    pdf = await render(document)
    await store.add_issued(
        work,
        invoice.id,
        number=document.number,
        issued_on=document.issued_on,
        due_on=document.due_on,
        sums=totals(document.taxes),
        issued_by=work.actor.subject,
        issued_at=work.now,
        pdf=pdf,
        sha256=hashlib.sha256(pdf).hexdigest(),
    )


def _entry(invoice: Invoice, document: Document) -> NewEntry:
    """Receivable against the contract's net position, line by line, and the tax that is owed."""
    sums = totals(document.taxes)
    earned: dict[UUID, Decimal] = defaultdict(Decimal)
    for line in document.lines:
        earned[line.contract_line_id] += line.net
    contract = document.contract
    lines = [_side(PostingRole.RECEIVABLE, sums.gross, contract, None)]
    lines += [_side(PostingRole.CONTRACT_ASSET, -net, contract, line_id) for line_id, net in earned.items() if net]
    if sums.tax:
        lines.append(_side(PostingRole.OUTPUT_TAX, -sums.tax, contract, None))
    return NewEntry(
        legal_entity=document.seller.code,
        currency=document.currency,
        on=document.issued_on,
        text=f"Invoice {document.number} to {document.customer.legal_name}",
        source=Source(SourceKind.INVOICE, invoice.id),
        lines=lines,
        thread_id=invoice.thread_id,
        service=Period(
            min(line.service_from for line in document.lines), max(line.service_before for line in document.lines)
        ),
    )


def _side(role: PostingRole, amount: Decimal, contract: Contract, line_id: UUID | None) -> NewLine:
    return NewLine(role, amount, contract_id=contract.id, contract_line_id=line_id, project_id=contract.project_id)


def _issued(invoice: Invoice, document: Document) -> InvoiceIssued:
    sums = totals(document.taxes)
    return InvoiceIssued(
        thread_id=invoice.thread_id,
        invoice_id=invoice.id,
        number=document.number,
        contract_id=invoice.contract_id,
        opportunity_id=document.contract.opportunity_id,
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
    )
