"""Drafting a credit note of an issued invoice, approving it, discarding it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.billing.credit_notes import store
from services.billing.credit_notes.model.credit_note import CreditNote, NoSuchCreditNote, OnlyIssuedIsCredited
from services.billing.credit_notes.model.crediting import Choice, chosen, credited_lines, credited_taxes
from services.billing.invoices.actions.preparing import locked_invoice
from services.billing.invoices.model import InvoiceStatus
from services.billing.invoices.store import lines_of, taxes_of
from services.billing.permissions import Permission
from shared import subjects
from shared.ids import new_id
from shared.work import Work


async def draft_credit_note(
    work: Work, invoice_id: UUID, *, reason: str, choices: Sequence[Choice] = (), rebills: bool = False
) -> CreditNote:
    """Put what is chosen of an issued invoice on a draft, or without a choice all that is left of it.

    What stands on a draft is no longer left for another one. Raises NoSuchInvoice, OnlyIssuedIsCredited,
    NothingToCredit, MoreThanBilled, NotOnThisInvoice, HoursOrAmount.
    """
    work.actor.must(Permission.PREPARE_INVOICES)
    invoice = await locked_invoice(work, invoice_id)
    if invoice.status is not InvoiceStatus.ISSUED:
        raise OnlyIssuedIsCredited()
    parts = chosen(await store.billed(work, invoice_id), choices, invoice.currency)
    lines = credited_lines(parts, await lines_of(work, invoice_id))
    before = await store.taxes_before(work, invoice_id)
    taxes = credited_taxes(lines, await taxes_of(work, invoice_id), before, invoice.currency)
    note = CreditNote(new_id(), invoice_id, reason, rebills, prepared_by=work.actor.subject, prepared_at=work.now)
    await store.draft(work, note, lines=lines, taxes=taxes, parts=parts)
    return note


async def approve_credit_note(work: Work, credit_note_id: UUID) -> CreditNote:
    """Agree to a draft that somebody else prepared. Raises NoSuchCreditNote, CreditNotADraft, OwnCreditNote."""
    work.actor.must(Permission.APPROVE_INVOICES)
    note = await locked_credit_note(work, credit_note_id)
    is_preparer = await subjects.is_same_person(work, note.prepared_by)
    note.approve(by=work.actor.subject, at=work.now, is_preparer=is_preparer)
    await store.keep(work)
    return note


async def discard_credit_note(work: Work, credit_note_id: UUID, *, reason: str) -> CreditNote:
    """Give up a draft; what was on it is left to be credited. Raises NoSuchCreditNote, CreditIssuedForGood."""
    work.actor.must(Permission.PREPARE_INVOICES)
    note = await locked_credit_note(work, credit_note_id)
    await work.because(reason)
    note.discard()
    await store.keep(work)
    return note


async def locked_credit_note(work: Work, credit_note_id: UUID) -> CreditNote:
    """One credit note, locked until this work ends. Raises NoSuchCreditNote."""
    found = await store.get(work, credit_note_id)
    if found is None:
        raise NoSuchCreditNote()
    return found
