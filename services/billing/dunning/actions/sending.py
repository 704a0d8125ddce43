"""Sending what was proposed: one letter for each customer and currency, about all of theirs that were chosen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from services.billing.customers.actions import customer_of
from services.billing.dunning import store
from services.billing.dunning.model import (
    DunningPaused,
    Letter,
    NoSuchNotice,
    NothingLate,
    Notice,
    Reminder,
    letter_of,
    letters_of,
)
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.letters.actions import set_letter
from services.billing.letters.model import (
    amount_as_printed,
    customer_as_printed,
    day_as_printed,
    seller_as_printed,
)
from services.billing.permissions import Permission
from services.billing.receivables.actions import locked_positions
from shared.contracts.claims import DunnedClaim, DunningLetterSent
from shared.ids import new_id
from shared.work import Work

TEMPLATE = Path(__file__).parents[1] / "templates" / "letter.typ"


async def leave_out_notices(work: Work, notice_ids: Sequence[UUID], *, reason: str) -> None:
    """Take the step for these claims without a letter, all of them or none. Raises NoSuchNotice."""
    work.actor.must(Permission.SEND_DUNNING)
    await work.because(reason)
    await _waiting(work, notice_ids)
    await store.leave_out(work, notice_ids, on=work.now.date(), reason=reason)


async def send_notices(work: Work, notice_ids: Sequence[UUID]) -> list[Letter]:
    """Write to each customer about the claims chosen, all of them or nobody; a step of a claim is never sent twice.

    Raises NoSuchNotice, DunningPaused, NothingLate.
    """
    work.actor.must(Permission.SEND_DUNNING)
    today = work.now.date()
    notices = await _waiting(work, notice_ids)
    positions = await locked_positions(work, {one.invoice_id for one in notices})
    for position in positions.values():
        if position.open <= 0:
            raise NothingLate(f"{position.number} was settled.")
    customers = {position.customer_id for position in positions.values()}
    if await store.paused(work, customers, positions.keys(), today=today):
        raise DunningPaused()
    steps = await store.steps_of(work, {one.plan_id for one in notices})
    of_plan = {(plan_id, step.number): step for plan_id, each in steps.items() for step in each}
    reminders = [Reminder(one.id, positions[one.invoice_id], of_plan[one.plan_id, one.step]) for one in notices]
    return [await _sent(work, each) for each in letters_of(reminders)]


async def _waiting(work: Work, notice_ids: Sequence[UUID]) -> list[Notice]:
    found = await store.lock(work, notice_ids)
    if len(found) < len(set(notice_ids)):
        raise NoSuchNotice(f"{len(set(notice_ids)) - len(found)} of {len(set(notice_ids))} do not wait.")
    return found


async def _sent(work: Work, reminders: Sequence[Reminder]) -> Letter:
    first = reminders[0].position
    seller = await legal_entity_of(work, first.legal_entity_id)
    customer = await customer_of(work, first.customer_id)
    # A fee is an amount of the firm's own currency.
    charges = first.currency == seller.functional_currency
    letter, text = letter_of(reminders, id=new_id(), on=work.now.date(), charges=charges)
    people = {"seller": seller_as_printed(seller), "customer": customer_as_printed(customer)}
    pdf = await set_letter(TEMPLATE, people | _words(letter, text, reminders))
    await store.send(work, letter, {one.notice_id: one.position.open for one in reminders}, pdf=pdf)
    work.publish(_announced(letter, reminders))
    return letter


def _words(letter: Letter, text: str, reminders: Sequence[Reminder]) -> dict[str, Any]:
    currency = letter.currency
    return {
        "title": letter.title,
        "text": text,
        "dated": letter.sent_on.isoformat(),
        "written_on": day_as_printed(letter.sent_on),
        "currency": currency,
        "claims": [
            {
                "number": one.position.number,
                "issued_on": day_as_printed(one.position.issued_on),
                "due_on": day_as_printed(one.position.due_on),
                "days": str((letter.sent_on - one.position.due_on).days),
                "gross": amount_as_printed(one.position.gross, currency),
                "open": amount_as_printed(one.position.open, currency),
            }
            for one in reminders
        ],
        "fee": amount_as_printed(letter.fee, currency) if letter.fee else "",
        "total": amount_as_printed(letter.open + letter.fee, currency),
    }


def _announced(letter: Letter, reminders: Sequence[Reminder]) -> DunningLetterSent:
    return DunningLetterSent(
        letter_id=letter.id,
        account_id=letter.customer_id,
        currency=letter.currency,
        step=letter.step,
        open=letter.open,
        fee=letter.fee,
        sent_on=letter.sent_on,
        claims=[
            DunnedClaim(
                invoice_id=one.position.invoice_id,
                number=one.position.number,
                opportunity_id=one.position.thread_id,
                step=one.step.number,
                due_on=one.position.due_on,
                open=one.position.open,
            )
            for one in reminders
        ],
    )
