"""The words and rules of dunning: which step a claim is due for, and who must not be reminded.

A step comes no sooner after the one before it than the days that lie between the two, however late the claim is by now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import groupby, pairwise
from uuid import UUID

from services.billing.legal_entities.model import Language
from services.billing.letters.model.texts import unknown
from services.billing.receivables.model import Position
from shared.errors import Conflict, Invalid, NotFound
from shared.reasons import because

LARGEST_FEE = Decimal(1000)
OF_LETTERS = ("customer", "currency", "open", "fee", "total", "iban")


class StepsOutOfOrder(Invalid):
    """Each step comes later than the one before it.

    Order the steps by their days overdue, and give each day to one step.
    """


class FeeOutOfRange(Invalid):
    """A fee is nothing or up to 1,000, in whole cents.

    Ask for no more than a reminder costs.
    """


class UnsaidInOwnLanguage(Invalid):
    """A step says nothing in the language of the legal entity, which whoever has no other is written to in.

    Write its title and its text in that language too.
    """


class UnknownInLetter(Invalid):
    """What stands in braces here is not known.

    A letter can say {customer}, {currency}, {open}, {fee}, {total} and {iban}, spelled like this.
    """


class NoSuchNotice(NotFound):
    """There is no such notice, or it was sent or left out already.

    Look again at what is proposed now.
    """


class NoSuchLetter(NotFound):
    """There is no such dunning letter."""


class NoSuchPause(NotFound):
    """There is no such pause, or it was lifted already."""


class DunningPaused(Conflict):
    """Dunning of this customer or invoice is paused.

    Lift the pause first, or leave the notice out.
    """


class NothingLate(Conflict):
    """This invoice was settled meanwhile.

    Leave it out of what is sent; it needs no notice any more.
    """


class CustomerOrInvoice(Invalid):
    """A pause is of a customer or of one invoice.

    Name exactly one of them.
    """


class NoticeStatus(StrEnum):
    """proposed → sent or left out; both settle the step for this claim."""

    PROPOSED = "proposed"
    SENT = "sent"
    LEFT_OUT = "left_out"


@dataclass(frozen=True)
class StepText:
    """What a step says in one language."""

    title: str
    text: str


@dataclass(frozen=True)
class Step:
    """What is written once a claim is `days_overdue` late; `fee` is asked for in the letter and not posted."""

    number: int
    days_overdue: int
    texts: Mapping[Language, StepText]
    fee: Decimal

    def language(self, *, wanted: Language, own: Language) -> Language:
        """What it is said in: as is wanted where it has a text in that, else as the firm writes, else as it can."""
        return next((one for one in (wanted, own) if one in self.texts), next(iter(self.texts)))


@dataclass(frozen=True)
class Plan:
    """The steps of a legal entity; the plan made last counts."""

    id: UUID
    legal_entity_id: UUID
    made_by: str
    made_at: datetime
    steps: Sequence[Step]


@dataclass(frozen=True)
class Late:
    """A claim that is overdue, and the last step that was decided on for it."""

    invoice_id: UUID
    legal_entity_id: UUID
    due_on: date
    last_step: int
    decided_on: date | None


@dataclass(frozen=True)
class Notice:
    """That a claim is due for a step."""

    id: UUID
    invoice_id: UUID
    plan_id: UUID
    step: int
    proposed_on: date


@dataclass(frozen=True)
class Letter:
    """What was written to a customer about their late claims in one currency; `step` is the furthest of them."""

    id: UUID
    legal_entity_id: UUID
    customer_id: UUID
    currency: str
    step: int
    language: Language
    title: str
    open: Decimal
    fee: Decimal
    sent_on: date


@dataclass(frozen=True)
class Pause:
    """Why a customer, or one invoice of theirs, is not reminded, and until when if that is known."""

    id: UUID
    customer_id: UUID | None
    invoice_id: UUID | None
    reason: str
    ends_on: date | None
    paused_by: str
    paused_at: datetime


def check_steps(steps: Sequence[Step], *, own: Language) -> None:
    """Refuse steps that do not follow each other, ask for a fee that is none, or cannot be said."""
    for number, step in enumerate(steps):
        _check_texts(step, own, f"/steps/{number}/texts")
        if not 0 <= step.fee <= LARGEST_FEE or step.fee != round(step.fee, 2):
            raise FeeOutOfRange(field=f"/steps/{number}/fee")
    days = [step.days_overdue for step in steps]
    for number, (one, other) in enumerate(pairwise(days), start=1):
        if other <= one:
            raise StepsOutOfOrder(field=f"/steps/{number}/days_overdue")


def _check_texts(step: Step, own: Language, field: str) -> None:
    if own not in step.texts:
        raise UnsaidInOwnLanguage(field=f"{field}/{own.value}/title")
    for language, said in step.texts.items():
        wrong = unknown(said.text, OF_LETTERS)
        if wrong is not None:
            raise UnknownInLetter(
                because("%(wrong)s cannot be filled in.", wrong=wrong), field=f"{field}/{language.value}/text"
            )


def check_pause(pause: Pause) -> None:
    """Refuse a pause of both or of nobody."""
    if (pause.customer_id is None) is (pause.invoice_id is None):
        raise CustomerOrInvoice(field="/customer_id")


def due_step(late: Late, steps: Iterable[Step], *, today: date) -> Step | None:
    """The step that a claim is due for, or None: the one after the last, once its days and the gap have passed."""
    known = {step.number: step for step in steps}
    step = known.get(late.last_step + 1)
    if step is None or (today - late.due_on).days < step.days_overdue:
        return None
    before = known.get(late.last_step)
    if before is not None and late.decided_on is not None:
        gap = timedelta(days=step.days_overdue - before.days_overdue)
        if today < late.decided_on + gap:
            return None
    return step


@dataclass(frozen=True)
class Reminder:
    """A notice with its claim as it stands, and what its step says."""

    notice_id: UUID
    position: Position
    step: Step

    @property
    def addressed(self) -> tuple[str, str, str]:
        """Who writes to whom in which currency: what goes on one letter."""
        return str(self.position.legal_entity_id), str(self.position.customer_id), self.position.currency


def letters_of(reminders: Iterable[Reminder]) -> list[list[Reminder]]:
    """What goes on each letter, the longest due first."""
    ordered = sorted(reminders, key=lambda one: (one.addressed, one.position.due_on, one.position.number))
    return [list(each) for _, each in groupby(ordered, key=lambda one: one.addressed)]


def furthest_of(reminders: Iterable[Reminder]) -> Step:
    """The step that a letter about some claims says: the furthest of them."""
    return max((one.step for one in reminders), key=lambda step: step.number)


def letter_of(reminders: Sequence[Reminder], *, id: UUID, on: date, charges: bool, language: Language) -> Letter:
    """A letter in a language that its step is said in; its fee is asked for once, if the letter `charges`."""
    furthest = furthest_of(reminders)
    first = reminders[0].position
    return Letter(
        id=id,
        legal_entity_id=first.legal_entity_id,
        customer_id=first.customer_id,
        currency=first.currency,
        step=furthest.number,
        language=language,
        title=furthest.texts[language].title,
        open=sum((one.position.open for one in reminders), Decimal()),
        fee=furthest.fee if charges else Decimal(),
        sent_on=on,
    )
