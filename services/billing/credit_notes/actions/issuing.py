"""Issuing a credit note: its number, the opposite entry, its documents, the work open again, all or nothing."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.billing.contracts.actions import locked_contracts
from services.billing.credit_notes import store
from services.billing.credit_notes.actions.preparing import locked_credit_note
from services.billing.credit_notes.model.credit_note import CreditNote
from services.billing.customers.actions import customer_of
from services.billing.invoice_layouts.actions import look_of
from services.billing.invoices.actions.document import Document, Origin
from services.billing.invoices.actions.files import files_of
from services.billing.invoices.actions.issuing import shares_told
from services.billing.invoices.actions.posting import entry_of
from services.billing.invoices.actions.preparing import draft_open_work, locked_invoice
from services.billing.invoices.model import Invoice, totals
from services.billing.invoices.store import issued_of
from services.billing.ledger.model.entries import Source, SourceKind
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.numbering.actions import next_number
from services.billing.permissions import Permission
from services.billing.purchase_orders.actions import give_back_to_purchase_order
from services.billing.receivables.actions import credit
from shared import subjects
from shared.contracts.billing import CreditedLine, CreditNoteIssued
from shared.work import Work


async def issue_credit_note(work: Work, credit_note_id: UUID, *, issued_on: date | None = None) -> CreditNote:
    """Send an approved credit note out, for good, and open the work on it exactly as far as it is credited.

    Raises NoSuchCreditNote, CreditNotApproved, OwnCreditNote, CreditedInFuture, CreditedBeforeInvoiced, DateGoesBack,
    PeriodClosed, Lacks, CreditsWhatWasGivenUp.
    """
    work.actor.must(Permission.ISSUE_INVOICES)
    note = await locked_credit_note(work, credit_note_id)
    invoice = await locked_invoice(work, note.invoice_id)
    invoiced = await issued_of(work, invoice.id)
    today = work.now.date()
    on = issued_on or today
    is_preparer = await subjects.is_same_person(work, note.prepared_by)
    note.issue(on=on, today=today, invoiced_on=invoiced.issued_on, is_preparer=is_preparer)
    document = await _document(work, note, invoice, Origin(invoiced.number, invoiced.issued_on, note.reason), on)
    await _send_out(work, note, document)
    await store.free(work, note.id)
    sums = totals(document.taxes)
    entry = entry_of(document, Source(SourceKind.CREDIT_NOTE, note.id), thread_id=invoice.thread_id)
    await credit(work, invoice.id, credit_note_id=note.id, amount=sums.gross, entry=entry)
    for contract, share in document.by_contract:
        await give_back_to_purchase_order(
            work, contract.id, invoice_id=invoice.id, credit_note_id=note.id, net=share.net
        )
    work.publish(_issued(note, invoice, document))
    if note.rebills:
        credited = [contract.id for contract in document.contracts]
        await draft_open_work(work, credited, up_to=invoice.up_to, by=note.prepared_by)
    return note


async def _document(work: Work, note: CreditNote, invoice: Invoice, origin: Origin, on: date) -> Document:
    lines = await store.lines_of(work, note.id)
    contracts = await locked_contracts(work, {line.contract_id for line in lines})
    seller = await legal_entity_of(work, invoice.legal_entity_id)
    return Document(
        number=await next_number(work, series=seller.credit_note_series, dated_on=on),
        issued_on=on,
        due_on=on,
        seller=seller,
        customer=await customer_of(work, invoice.customer_id),
        contracts=contracts,
        currency=invoice.currency,
        lines=lines,
        taxes=await store.taxes_of(work, note.id),
        language=invoice.language,
        look=await look_of(work, invoice.legal_entity_id, invoice.language),
        credits=origin,
    )


async def _send_out(work: Work, note: CreditNote, document: Document) -> None:
    await store.add_issued(
        work,
        note.id,
        number=document.number,
        issued_on=document.issued_on,
        sums=totals(document.taxes),
        issued_by=work.actor.subject,
        issued_at=work.now,
        files=await files_of(document),
    )


def _issued(note: CreditNote, invoice: Invoice, document: Document) -> CreditNoteIssued:
    sums = totals(document.taxes)
    return CreditNoteIssued(
        thread_id=invoice.thread_id,
        credit_note_id=note.id,
        number=document.number,
        invoice_id=invoice.id,
        invoice_number=document.credits.number if document.credits else "",
        contract_id=document.contracts[0].id,
        opportunity_id=document.contracts[0].opportunity_id,
        project_id=document.contracts[0].project_id,
        account_id=invoice.customer_id,
        currency=document.currency,
        net=sums.net,
        tax=sums.tax,
        gross=sums.gross,
        issued_on=document.issued_on,
        reason=note.reason,
        lines=[
            CreditedLine(
                line=line.position,
                billing_line_id=line.contract_line_id,
                description=line.description,
                minutes=line.minutes,
                net=line.net,
            )
            for line in document.lines
        ],
        shares=shares_told(document),
    )
