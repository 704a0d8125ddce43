"""A credit note: which part of an invoice it takes back, and who may approve and issue it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class NoSuchCreditNote(NotFound):
    """There is no such credit note."""


class NoCreditDocument(NotFound):
    """This credit note has no such document.

    A credit note gets its documents when it is issued.
    """


class OnlyIssuedIsCredited(Conflict):
    """Only an issued invoice is credited.

    Discard the draft instead: the work on it is open again.
    """


class CreditNotADraft(Conflict):
    """Only a drafted credit note can be approved."""


class CreditNotApproved(Conflict):
    """Only an approved credit note can be issued.

    Let a second person approve it first.
    """


class CreditIssuedForGood(Conflict):
    """This credit note was issued and will not change.

    The work on it is open again and can be invoiced.
    """


class CreditDiscarded(Conflict):
    """This credit note was discarded.

    Draft a new one.
    """


class OwnCreditNote(Forbidden):
    """Nobody approves or issues a credit note that they prepared.

    Ask somebody else who may.
    """


class CreditedInFuture(Invalid):
    """A credit note is not dated ahead.

    Leave `issued_on` out to date it today.
    """


class CreditedBeforeInvoiced(Invalid):
    """A credit note is not dated before its invoice.

    Use the day of the invoice or a later one.
    """


class CreditNoteStatus(StrEnum):
    """draft → approved → issued; a draft or an approved credit note can be discarded instead."""

    DRAFT = "draft"
    APPROVED = "approved"
    ISSUED = "issued"
    DISCARDED = "discarded"


@dataclass(eq=False)
class CreditNote:
    """Where a credit note stands; what it takes back stands in its lines, which never change.

    One that `rebills` puts everything open, up to the day of its invoice, on a new draft as soon as it is issued.
    """

    id: UUID
    invoice_id: UUID
    reason: str
    rebills: bool
    prepared_by: str
    prepared_at: datetime
    status: CreditNoteStatus = CreditNoteStatus.DRAFT
    approved_by: str | None = None
    approved_at: datetime | None = None
    version: int = 1

    def approve(self, *, by: str, at: datetime, is_preparer: bool) -> None:
        """Agree to what somebody else prepared."""
        self._must_not_have_ended()
        if self.status is not CreditNoteStatus.DRAFT:
            raise CreditNotADraft()
        if is_preparer:
            raise OwnCreditNote()
        self.status, self.approved_by, self.approved_at = CreditNoteStatus.APPROVED, by, at

    def discard(self) -> None:
        """Leave standing what would have been credited."""
        self._must_not_have_ended()
        self.status = CreditNoteStatus.DISCARDED

    def issue(self, *, on: date, today: date, invoiced_on: date, is_preparer: bool) -> None:
        """Make it final."""
        self._must_not_have_ended()
        if self.status is not CreditNoteStatus.APPROVED:
            raise CreditNotApproved()
        if is_preparer:
            raise OwnCreditNote()
        if on > today:
            raise CreditedInFuture(field="/issued_on")
        if on < invoiced_on:
            raise CreditedBeforeInvoiced(field="/issued_on")
        self.status = CreditNoteStatus.ISSUED

    def _must_not_have_ended(self) -> None:
        if self.status is CreditNoteStatus.ISSUED:
            raise CreditIssuedForGood()
        if self.status is CreditNoteStatus.DISCARDED:
            raise CreditDiscarded()
