"""A change order: drafted, put before the client, and approved or rejected for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.delivery.change_orders.model.lines import ChangedLine
from shared.errors import Conflict, Invalid, NotFound


class NoSuchChangeOrder(NotFound):
    """There is no such change order, or it is not of one of your projects."""


class ChangeOrderExists(Conflict):
    """There is a change order with this id already.

    Change that one with PATCH, or send a new id.
    """


class ChangeOrderNotDraft(Conflict):
    """Only a draft is changed or submitted.

    Write another change order.
    """


class ChangeOrderNotSubmitted(Conflict):
    """Only a submitted change order is approved or rejected, and what was decided is final.

    Submit a draft first; take an approved one back by another change order.
    """


class ChangesNothing(Invalid):
    """A change order changes a line, or the end of the project.

    Give at least one line, or `new_ends_before`.
    """


class EndsBeforeItStarts(Invalid):
    """The project would end before it starts.

    Choose a later `new_ends_before`.
    """


class AgreedInFuture(Invalid):
    """The client cannot have agreed on a day that is still to come.

    Give the day on which the client agreed.
    """


class ChangeOrderState(StrEnum):
    """Where a change order stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Terms:
    """Why, from when on, and until when the project goes on then; without an end it stays."""

    title: str
    reason: str
    effective_on: date
    new_ends_before: date | None = None


@dataclass(frozen=True)
class Answer:
    """Who answered for the client, when, and why not."""

    client_approver: str | None = None
    answered_on: date | None = None
    rejection_reason: str | None = None


@dataclass(eq=False)
class ChangeOrder:
    """A change of what was sold on a project."""

    id: UUID
    project_id: UUID
    number: str
    currency: str
    terms: Terms
    state: ChangeOrderState = ChangeOrderState.DRAFT
    submitted_by: str | None = None
    submitted_at: datetime | None = None
    answer: Answer = Answer()  # frozen
    version: int = field(default=1, init=False)
    lines: list[ChangedLine] = field(default_factory=list)

    def write(self, terms: Terms, lines: Sequence[ChangedLine]) -> None:
        """Say anew what changes; raises ChangeOrderNotDraft, ChangesNothing."""
        self.must_be_draft()
        if not lines and terms.new_ends_before is None:
            raise ChangesNothing(field="/lines")
        self.terms = terms
        self.lines = list(lines)

    def submit(self, *, by: str, at: datetime) -> None:
        """Put it before the client."""
        self.must_be_draft()
        self.state, self.submitted_by, self.submitted_at = ChangeOrderState.SUBMITTED, by, at

    def approve(self, *, by: str, on: date, today: date) -> None:
        """Note that the client's person `by` agreed."""
        self._must_wait_for_the_client()
        if on > today:
            raise AgreedInFuture(field="/approved_on")
        self.state, self.answer = ChangeOrderState.APPROVED, Answer(by, on)

    def reject(self, *, by: str, on: date, reason: str) -> None:
        """Note that the client's person `by` did not agree, and why."""
        self._must_wait_for_the_client()
        self.state, self.answer = ChangeOrderState.REJECTED, Answer(by, on, reason)

    def must_be_draft(self) -> None:
        """Refuse with ChangeOrderNotDraft once it was put before the client."""
        if self.state is not ChangeOrderState.DRAFT:
            raise ChangeOrderNotDraft()

    def _must_wait_for_the_client(self) -> None:
        if self.state is not ChangeOrderState.SUBMITTED:
            raise ChangeOrderNotSubmitted()
