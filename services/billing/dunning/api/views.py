"""What dunning is asked over HTTP, and how it answers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.billing.dunning.model import Plan, Step, StepText
from services.billing.legal_entities.model import Language
from shared.contracts.base import Amount
from shared.web import Body, View

Reason = Annotated[str, Field(min_length=1, max_length=500)]


class StepTextBody(Body):
    """What a step says in one language.

    In the text, {customer}, {currency}, {open}, {fee}, {total} and {iban} are filled in.
    """

    title: Annotated[str, Field(min_length=1, max_length=100)]
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class StepBody(Body):
    """What is written once a claim is so many days overdue; `fee`, in our own currency, is asked for, not posted.

    A letter is in the customer's language where the step has a text in it, otherwise in that of the legal entity.
    """

    days_overdue: Annotated[int, Field(ge=1, le=1000)]
    texts: dict[Language, StepTextBody] = Field(default_factory=dict)
    fee: Amount = Decimal()

    def step(self, number: int) -> Step:
        """The same in the words of the model."""
        texts = {language: StepText(said.title, said.text) for language, said in self.texts.items()}
        return Step(number, self.days_overdue, texts, self.fee)


class PlanBody(Body):
    """The steps of a legal entity in their order, each said in its language at least; none ends dunning."""

    legal_entity_id: UUID
    steps: list[StepBody] = Field(max_length=10)

    def plan(self, id: UUID, *, by: str, at: datetime) -> Plan:
        """The same in the words of the model."""
        steps = [one.step(number) for number, one in enumerate(self.steps, start=1)]
        return Plan(id, self.legal_entity_id, by, at, steps)


class StepTextView(View):
    """What a step says in one language."""

    title: str
    text: str


class StepView(View):
    """One step of a plan."""

    number: int
    days_overdue: int
    texts: dict[Language, StepTextView]
    fee: Amount


class PlanView(View):
    """The steps of a legal entity."""

    id: UUID
    legal_entity_id: UUID
    made_by: str
    made_at: datetime
    steps: list[StepView]


class EntityBody(Body):
    """Whose late claims are looked at."""

    legal_entity_id: UUID


class ProposedView(View):
    """How many notices are new."""

    proposed: int


class NoticesBody(Body):
    """Notices that wait."""

    notice_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]


class ExclusionBody(NoticesBody):
    """Notices that are not sent, and why."""

    reason: Reason


class NoticeView(View):
    """A claim that is due for a step; `paused` says why not, `credit` is what we owe the customer."""

    id: UUID
    invoice_id: UUID
    number: str
    customer_id: UUID
    customer_name: str
    legal_entity_id: UUID
    currency: str
    due_on: date
    gross: Amount
    open: Amount
    step: int
    title: str
    proposed_on: date
    paused: str | None
    credit: Amount
    has_address: bool


class LetterSummary(View):
    """A letter to a customer; `step` is the furthest of its claims."""

    id: UUID
    legal_entity_id: UUID
    customer_id: UUID
    currency: str
    step: int
    language: Language
    title: str
    open: Amount
    fee: Amount
    sent_on: date


class DunnedView(View):
    """What was open on a claim when the letter was written."""

    invoice_id: UUID
    number: str
    due_on: date
    step: int
    open: Amount


class LetterView(LetterSummary):
    """A letter with its claims."""

    sent_by: str
    sent_at: datetime
    sha256: str
    claims: list[DunnedView]


class PauseBody(Body):
    """Who is left in peace, a customer or one invoice, why, and up to which day if that is known."""

    customer_id: UUID | None = None
    invoice_id: UUID | None = None
    reason: Reason
    ends_on: date | None = None


class PauseView(View):
    """A pause that stands."""

    id: UUID
    customer_id: UUID | None
    invoice_id: UUID | None
    reason: str
    ends_on: date | None
    paused_by: str
    paused_at: datetime
