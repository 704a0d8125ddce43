"""Settling invoices, for the features that do: payments and credit notes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from services.billing.ledger.actions import post_entry
from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import JournalEntry, NewEntry, SourceKind
from services.billing.ledger.model.leaving import leaving
from services.billing.ledger.queries import functional_currency, posted_for
from services.billing.receivables import store
from services.billing.receivables.model import (
    NoSuchReceivable,
    Position,
    Settlement,
    SettlementKind,
    change_in_books,
    check,
    check_credit,
)
from shared.ids import new_id
from shared.money import Money
from shared.work import Work


async def locked_positions(work: Work, invoice_ids: Collection[UUID]) -> dict[UUID, Position]:
    """What is open on these invoices; nobody else settles them until this work ends. Raises NoSuchReceivable."""
    found = await store.lock(work, invoice_ids)
    if found.keys() != set(invoice_ids):
        raise NoSuchReceivable()
    return found


async def settle(work: Work, settlements: Sequence[Settlement]) -> None:
    """Settle invoices, each by no more than is open on it. Raises NoSuchReceivable, NothingSettled, MoreThanOpen."""
    wanted = {one.invoice_id for one in settlements if one.invoice_id is not None}
    check(settlements, await store.lock(work, wanted) if wanted else {})
    await store.add(work, settlements)


async def credit(work: Work, invoice_id: UUID, *, credit_note_id: UUID, amount: Decimal, entry: NewEntry) -> None:
    """Take what was credited off an invoice and post it; of one that is paid already, the customer has a claim then.

    Raises CreditsWhatWasGivenUp.
    """
    before = await locked_positions(work, [invoice_id])
    check_credit(amount, before[invoice_id], await store.settled(work, invoice_id))
    kind = SettlementKind.CREDIT_NOTE
    credited = Settlement(new_id(), kind, credit_note_id, invoice_id, None, amount, entry.on)
    await store.add(work, [credited])
    await post_settling(work, entry, [credited], before=before)


async def post_settling(
    work: Work, entry: NewEntry, settlements: Sequence[Settlement], *, before: Mapping[UUID, Position]
) -> JournalEntry:
    """Post an entry that settles claims, which were at `before`, or opens them again.

    In a foreign currency they leave the books as they stand there, at the rate of their invoice; what is over is a
    realised difference. Raises what posting raises.
    """
    currency = await functional_currency(work, entry.legal_entity)
    if entry.currency != currency and before:
        posted = await posted_for(work, SourceKind.INVOICE, before.keys(), functional_currency=currency)
        translated = {id: of.functional for (id, role), of in posted.items() if role is PostingRole.RECEIVABLE}
        if translated.keys() == before.keys():
            change = change_in_books(settlements, before, translated, currency)
            entry = leaving(entry, PostingRole.RECEIVABLE, Money(change, currency))
    return await post_entry(work, entry)


async def standing_settlements(work: Work, cause_id: UUID) -> list[Settlement]:
    """What was settled for one cause and not taken back."""
    return await store.standing(work, cause_id)
