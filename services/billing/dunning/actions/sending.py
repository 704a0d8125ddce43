"""Sending what was proposed: one letter for each customer and currency, about all of theirs that were chosen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from services.billing.customers.actions import customers_of
from services.billing.customers.model import Customer
from services.billing.dunning import store
from services.billing.dunning.model import (
    DunningPaused,
    Letter,
    NoSuchNotice,
    NothingLate,
    Notice,
    Reminder,
    furthest_of,
    letter_of,
    letters_of,
)
from services.billing.dunning.model.words import WORDS
from services.billing.invoice_layouts.actions import layout_of
from services.billing.invoice_preferences.actions import languages_of
from services.billing.legal_entities.actions import legal_entities_of
from services.billing.legal_entities.model import LegalEntity
from services.billing.letters.actions import set_letter
from services.billing.letters.model import iban_as_printed
from services.billing.letters.model.texts import filled
from services.billing.letters.model.writing import Written
from services.billing.permissions import Permission
from services.billing.receivables.actions import locked_positions
from shared.contracts.claims import DunnedClaim, DunningLetterSent
from shared.ids import new_id
from shared.reasons import because
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
            raise NothingLate(because("%(number)s was settled.", number=position.number))
    customers = {position.customer_id for position in positions.values()}
    if await store.paused(work, customers, positions.keys(), today=today):
        raise DunningPaused()
    steps = await store.steps_of(work, {one.plan_id for one in notices})
    of_plan = {(plan_id, step.number): step for plan_id, each in steps.items() for step in each}
    reminders = [Reminder(one.id, positions[one.invoice_id], of_plan[one.plan_id, one.step]) for one in notices]
    return await _sent(work, letters_of(reminders))


async def _waiting(work: Work, notice_ids: Sequence[UUID]) -> list[Notice]:
    found = await store.lock(work, notice_ids)
    if len(found) < len(set(notice_ids)):
        raise NoSuchNotice(
            because(
                "%(count)s of %(all)s do not wait.",
                count=len(set(notice_ids)) - len(found),
                all=len(set(notice_ids)),
            )
        )
    return found


async def _sent(work: Work, groups: Sequence[Sequence[Reminder]]) -> list[Letter]:
    """A letter about each of the groups; however many there are, they are looked up and kept at once."""
    firsts = [reminders[0].position for reminders in groups]
    sellers = await legal_entities_of(work, {first.legal_entity_id for first in firsts})
    customers = await customers_of(work, {first.customer_id for first in firsts})
    wanted = await languages_of(work, ((first.customer_id, first.legal_entity_id) for first in firsts))
    own = {seller: (await layout_of(work, seller)).language for seller in sellers}
    written = []
    for reminders, first in zip(groups, firsts, strict=True):
        seller, customer = sellers[first.legal_entity_id], customers[first.customer_id]
        language = furthest_of(reminders).language(wanted=wanted[customer.id, seller.id], own=own[seller.id])
        # A fee is an amount of the firm's own currency.
        charges = first.currency == seller.functional_currency
        letter = letter_of(reminders, id=new_id(), on=work.now.date(), charges=charges, language=language)
        said = _said(letter, reminders, seller, customer)
        pdf = await set_letter(TEMPLATE, said, seller=seller, customer=customer, language=language)
        written.append((letter, {one.notice_id: one.position.open for one in reminders}, pdf))
        work.publish(_announced(letter, reminders))
    await store.send(work, written)
    return [letter for letter, _, _ in written]


def _said(letter: Letter, reminders: Sequence[Reminder], seller: LegalEntity, customer: Customer) -> dict[str, Any]:
    write, words = Written(letter.language, letter.currency), WORDS[letter.language]
    told = {
        "customer": customer.legal_name,
        "currency": letter.currency,
        "open": write.amount(letter.open),
        "fee": write.amount(letter.fee),
        "total": write.amount(letter.open + letter.fee),
        "iban": iban_as_printed(seller).replace(" ", "\u00a0"),
    }
    return {
        "words": words,
        "title": letter.title,
        "text": filled(furthest_of(reminders).texts[letter.language].text, told),
        "dated": letter.sent_on.isoformat(),
        "written_on": write.day(letter.sent_on),
        "as_of": words["as_of"].format(day=write.day(letter.sent_on)),
        "currency": letter.currency,
        "claims": [_claim(one, letter, write) for one in reminders],
        "fee": told["fee"] if letter.fee else "",
        "total": told["total"],
        "pay": filled(words["pay"], told),
    }


def _claim(one: Reminder, letter: Letter, write: Written) -> dict[str, str]:
    return {
        "number": one.position.number,
        "issued_on": write.day(one.position.issued_on),
        "due_on": write.day(one.position.due_on),
        "days": str((letter.sent_on - one.position.due_on).days),
        "gross": write.amount(one.position.gross),
        "open": write.amount(one.position.open),
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
