"""Proposing a write-off, deciding on it, recovering what was written off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.billing.allowances.actions import has_allowance
from services.billing.ledger.model.entries import NewEntry, NewLine, Source, SourceKind
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.permissions import Permission
from services.billing.receivables.actions import locked_positions, post_settling, settle, standing_settlements
from services.billing.receivables.model import Position, Settlement, SettlementKind, check
from services.billing.write_offs import store
from services.billing.write_offs.model import ChargedTo, NoSuchWriteOff, WriteOff, recovered, tax_within
from shared import subjects
from shared.contracts.claims import ClaimRecovered, ClaimWrittenOff
from shared.ids import new_id
from shared.work import Work


async def propose_write_off(
    work: Work, write_off_id: UUID, invoice_id: UUID, *, amount: Decimal, reclaims_tax: bool, reason: str
) -> WriteOff:
    """Ask to give up what is open on an invoice, or a part of it; nothing is posted before somebody else agrees.

    Whether its tax can be reclaimed is for the law of the country, and said here. Raises NoSuchReceivable,
    NothingSettled, MoreThanOpen; an id that is taken is refused by the database.
    """
    work.actor.must(Permission.PROPOSE_WRITE_OFFS)
    positions = await locked_positions(work, [invoice_id])
    check([_settlement(SettlementKind.WRITE_OFF, write_off_id, invoice_id, amount, work.now.date())], positions)
    currency = positions[invoice_id].currency
    net, gross = await store.net_and_gross(work, invoice_id)
    before = await store.given_up(work, invoice_id)
    tax = tax_within(amount, before=before, net=net, gross=gross, currency=currency) if reclaims_tax else Decimal()
    write_off = WriteOff(
        write_off_id,
        invoice_id,
        currency,
        amount,
        tax,
        reason,
        proposed_by=work.actor.subject,
        proposed_at=work.now,
        reclaims_tax=reclaims_tax,
    )
    await store.add(work, write_off)
    return write_off


async def approve_write_off(work: Work, write_off_id: UUID, *, on: date | None = None) -> WriteOff:
    """Give up what somebody else proposed, on the day `on` or today: the claim is settled and the loss is posted.

    It uses the allowance where there is one, and is a loss of its own where there is none. Raises NoSuchWriteOff,
    NotProposed, OwnWriteOff, MoreThanOpen, WrittenOffInFuture, WrittenOffBeforeIssued, PeriodClosed.
    """
    work.actor.must(Permission.APPROVE_WRITE_OFFS)
    write_off = await _locked(work, write_off_id)
    position = (await locked_positions(work, [write_off.invoice_id]))[write_off.invoice_id]
    today = work.now.date()
    day = on or today
    expected = await has_allowance(work, position.legal_entity_id, on=day)
    lines = write_off.approve(
        on=day,
        today=today,
        issued_on=position.issued_on,
        charged_to=ChargedTo.ALLOWANCE if expected else ChargedTo.BAD_DEBT,
        by=work.actor.subject,
        at=work.now,
        is_own=await subjects.is_same_person(work, write_off.proposed_by),
    )
    await store.keep(work)
    new = _settlement(SettlementKind.WRITE_OFF, write_off.id, position.invoice_id, write_off.amount, day)
    await settle(work, [new])
    await _post(work, position, new, lines, leg="1", text=f"{position.number} written off")
    work.publish(_given_up(write_off, position, day))
    return write_off


async def refuse_write_off(work: Work, write_off_id: UUID, *, reason: str) -> WriteOff:
    """Leave a claim open, for whoever decides or proposed it. Raises NoSuchWriteOff, NotProposed."""
    if not work.actor.may(Permission.PROPOSE_WRITE_OFFS):
        work.actor.must(Permission.APPROVE_WRITE_OFFS)
    write_off = await _locked(work, write_off_id)
    await work.because(reason)
    write_off.refuse(by=work.actor.subject, at=work.now, reason=reason)
    await store.keep(work)
    return write_off


async def recover(work: Work, write_off_id: UUID, *, amount: Decimal, on: date | None = None) -> WriteOff:
    """Open a claim again by what the customer pays after all; the payment itself then settles it as any other.

    Raises NoSuchWriteOff, NotWrittenOff, NothingSettled, RecoversMore, WrittenOffInFuture, WrittenOffBeforeIssued,
    PeriodClosed.
    """
    work.actor.must(Permission.RECORD_PAYMENTS)
    write_off = await _locked(work, write_off_id)
    position = (await locked_positions(work, [write_off.invoice_id]))[write_off.invoice_id]
    today = work.now.date()
    day = on or today
    standing = await standing_settlements(work, write_off.id)
    before = recovered(one.amount for one in standing if one.kind is SettlementKind.RECOVERY)
    lines = write_off.recover(amount, before=before, on=day, today=today)
    new = _settlement(SettlementKind.RECOVERY, write_off.id, position.invoice_id, -amount, day)
    await settle(work, [new])
    text = f"{position.number} recovered after it was written off"
    await _post(work, position, new, lines, leg=str(new.id), text=text)
    work.publish(
        ClaimRecovered(
            thread_id=position.thread_id,
            write_off_id=write_off.id,
            invoice_id=position.invoice_id,
            number=position.number,
            account_id=position.customer_id,
            currency=position.currency,
            amount=amount,
            recovered_on=day,
        )
    )
    return write_off


def _given_up(write_off: WriteOff, position: Position, on: date) -> ClaimWrittenOff:
    return ClaimWrittenOff(
        thread_id=position.thread_id,
        write_off_id=write_off.id,
        invoice_id=position.invoice_id,
        number=position.number,
        account_id=position.customer_id,
        currency=position.currency,
        amount=write_off.amount,
        tax=write_off.tax,
        written_off_on=on,
        reason=write_off.reason,
    )


async def _locked(work: Work, write_off_id: UUID) -> WriteOff:
    found = await store.get(work, write_off_id)
    if found is None:
        raise NoSuchWriteOff()
    return found


def _settlement(kind: SettlementKind, cause_id: UUID, invoice_id: UUID, amount: Decimal, on: date) -> Settlement:
    return Settlement(new_id(), kind, cause_id, invoice_id, None, amount, on)


async def _post(
    work: Work, position: Position, new: Settlement, lines: Sequence[NewLine], *, leg: str, text: str
) -> None:
    entity = await legal_entity_of(work, position.legal_entity_id)
    source = Source(SourceKind.WRITE_OFF, new.cause_id, leg=leg)
    on, thread_id = new.settled_on, position.thread_id
    entry = NewEntry(entity.code, position.currency, on, text, source, lines, thread_id=thread_id)
    await post_settling(work, entry, [new], before={position.invoice_id: position})
