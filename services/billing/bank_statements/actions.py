"""Bringing in bank files, and saying what their lines are for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

from services.billing.bank_statements import store
from services.billing.bank_statements.model.camt import read_camt
from services.billing.bank_statements.model.lines import (
    BankLine,
    MatchedAlready,
    NoSuchBankLine,
    NotMatched,
    named,
)
from services.billing.bank_statements.model.matching import best, suggestions
from services.billing.bank_statements.model.table import ColumnMapping, read_csv
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.payments.actions import record_payment, reverse_payment
from services.billing.payments.model import Payment, Share
from services.billing.permissions import Permission
from services.billing.receivables.actions import locked_positions
from shared.ids import new_id
from shared.work import Work


async def import_statement(
    work: Work, file_id: UUID, *, legal_entity_id: UUID, name: str, content: bytes, mapping: ColumnMapping
) -> tuple[int, int]:
    """Keep the credits of a bank file that are not known yet; how many it holds, and how many are new.

    It is all or nothing. Raises NoSuchLegalEntity, MalformedStatement, OtherBankAccount.
    """
    work.actor.must(Permission.RECORD_PAYMENTS)
    entity = await legal_entity_of(work, legal_entity_id)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        lines = await asyncio.to_thread(read_camt, content, iban=entity.iban)
    else:
        lines = await asyncio.to_thread(read_csv, content, mapping, currency=entity.functional_currency)
    return await store.add(work, file_id, legal_entity_id=legal_entity_id, name=name, lines=named(lines))


async def assign_line(
    work: Work, line_id: UUID, customer_id: UUID, shares: Sequence[Share], *, settle_difference: bool = False
) -> UUID:
    """Record a line as a payment of a customer, for these invoices; gives the payment.

    Raises NoSuchBankLine, MatchedAlready and what recording a payment raises.
    """
    work.actor.must(Permission.RECORD_PAYMENTS)
    found = await store.line(work, line_id)
    if found is None:
        raise NoSuchBankLine()
    line, standing = found
    if standing is not None:
        raise MatchedAlready()
    return await _record(work, line, customer_id, shares, settle_difference=settle_difference)


async def accept_suggestions(work: Work, line_ids: Sequence[UUID]) -> list[UUID]:
    """Record those of the lines whose best suggestion is certain and does not meet another's; gives these lines."""
    work.actor.must(Permission.RECORD_PAYMENTS)
    lines = await store.lines(work, line_ids)
    candidates = await store.candidates(work, line_ids)
    taken: set[UUID] = set()
    accepted = []
    for line in lines:
        chosen = best(suggestions(line, candidates.get(line.id, ())))
        invoices = set() if chosen is None else {invoice_id for invoice_id, _, _ in chosen.invoices}
        if chosen is None or invoices & taken:
            continue
        taken |= invoices
        shares = [Share(invoice_id, amount) for invoice_id, _, amount in chosen.invoices]
        await _record(work, line, chosen.customer_id, shares)
        accepted.append(line.id)
    return accepted


async def reject_suggestion(work: Work, line_id: UUID, invoice_id: UUID) -> None:
    """Say that a line is not for an invoice, which is suggested no more. Raises NoSuchBankLine, NoSuchReceivable."""
    work.actor.must(Permission.RECORD_PAYMENTS)
    if await store.line(work, line_id) is None:
        raise NoSuchBankLine()
    await locked_positions(work, [invoice_id])
    await store.reject(work, line_id, invoice_id)


async def undo_match(work: Work, line_id: UUID, *, reason: str) -> None:
    """Take back the payment that a line was recorded as; the line waits again. Raises NoSuchBankLine, NotMatched."""
    work.actor.must(Permission.RECORD_PAYMENTS)
    found = await store.line(work, line_id)
    if found is None:
        raise NoSuchBankLine()
    if found[1] is None:
        raise NotMatched()
    await reverse_payment(work, found[1], on=work.now.date(), reason=reason)


async def _record(
    work: Work, line: BankLine, customer_id: UUID, shares: Sequence[Share], *, settle_difference: bool = False
) -> UUID:
    # The reference is the payment's business key: two who record the same line at once meet there.
    attempt = await store.attempts(work, line.id)
    payment = Payment(
        id=new_id(),
        customer_id=customer_id,
        legal_entity_id=line.legal_entity_id,
        currency=line.currency,
        amount=line.amount,
        received_on=line.booked_on,
        reference=line.reference if attempt == 0 else f"{line.reference} ({attempt + 1})",
        remittance=line.remittance,
        recorded_by=work.actor.subject,
        recorded_at=work.now,
    )
    await record_payment(work, payment, shares, settle_difference=settle_difference)
    await store.link(work, line.id, payment.id)
    return payment.id
