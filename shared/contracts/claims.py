"""What billing announces of its claims, once they are late or lost."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.contracts.base import Amount, Currency, Event, Fact


class ClaimWrittenOff(Event):
    """What a customer owes was given up, whole or in part; `tax` of the amount is reclaimed."""

    type: ClassVar[str] = "throughline.billing.claim.written_off.v1"
    about: ClassVar[tuple[str, str]] = ("write_off", "write_off_id")
    unconsumed: ClassVar[str] = "Tells whoever waits for the money, or sells to the customer, that it is not coming."
    write_off_id: UUID
    invoice_id: UUID
    number: str
    account_id: UUID
    currency: Currency
    amount: Amount
    tax: Amount
    written_off_on: date
    reason: str


class ClaimRecovered(Event):
    """A part of what was written off is owed again, since the customer pays after all."""

    type: ClassVar[str] = "throughline.billing.claim.recovered.v1"
    about: ClassVar[tuple[str, str]] = ("write_off", "write_off_id")
    unconsumed: ClassVar[str] = "Tells whoever waits for the money, or sells to the customer, that it comes after all."
    write_off_id: UUID
    invoice_id: UUID
    number: str
    account_id: UUID
    currency: Currency
    amount: Amount
    recovered_on: date


class DunnedClaim(Fact):
    invoice_id: UUID
    number: str
    opportunity_id: UUID
    step: int
    due_on: date
    open: Amount


class DunningLetterSent(Event):
    """A customer was reminded of what they owe late; the `fee` is asked for and not posted."""

    type: ClassVar[str] = "throughline.billing.dunning_letter.sent.v1"
    about: ClassVar[tuple[str, str]] = ("dunning_letter", "letter_id")
    unconsumed: ClassVar[str] = "Tells whoever looks after the customer that they were reminded, and how urgently."
    letter_id: UUID
    account_id: UUID
    currency: Currency
    step: int
    open: Amount
    fee: Amount
    sent_on: date
    claims: list[DunnedClaim]


class DocumentHandedOver(Event):
    """A document is to be sent by e-mail: once to each `hand_over_id`, however often this is delivered.

    `attachment` is where its PDF lies below billing's API, `sha256` its digest.
    """

    type: ClassVar[str] = "throughline.billing.document.handed_over.v1"
    about: ClassVar[tuple[str, str]] = ("document", "document_id")
    unconsumed: ClassVar[str] = "Tells the e-mail gateway of a firm what to send to whom; we send no e-mail ourselves."
    hand_over_id: UUID
    kind: str
    document_id: UUID
    number: str
    account_id: UUID
    recipient: str
    subject_line: str
    text: str
    attachment: str
    sha256: str
