"""What the ERP says of a batch and of the entries in it: accepted is final, rejected may be answered again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.errors import Conflict, Invalid
from shared.reasons import because


class AlreadyAccepted(Conflict):
    """The ERP has accepted this already, in other words.

    What is accepted is final; a mistake in it is reversed by a new entry in a later batch.
    """


class CorrectedSince(Conflict):
    """This went on in a later batch, which corrects this one.

    Fetch the correction and answer there; what it does not hold is answered here with `by_entry`.
    """


class ReasonMissing(Invalid):
    """A rejection says why.

    Give a `reason`, and where single entries are the cause, name them in `entries`.
    """


class AcceptedWithRejections(Invalid):
    """A batch is accepted as a whole or rejected.

    Answer `by_entry` where some entries were taken and others were not.
    """


class EntriesMissing(Invalid):
    """An answer by entry names entries.

    Give `entries`, or answer for the whole batch with `accepted` or `rejected`.
    """


class EntryNotInBatch(Invalid):
    """An answered entry is not in this batch.

    Take the ids from the batch's canonical lines.
    """


class EntryNamedTwice(Invalid):
    """An answer names an entry twice.

    Name each entry once, with what became of it in the end.
    """


class BatchStatus(StrEnum):
    """sealed → partly → accepted | rejected; what was rejected is answered again, or goes on in a correction."""

    SEALED = "sealed"
    PARTLY = "partly"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Verdict(StrEnum):
    """What the ERP says of a batch: all of it, none of it, or each entry named for itself."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    BY_ENTRY = "by_entry"


class EntryVerdict(StrEnum):
    """What the ERP says of one entry."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class EntryState(StrEnum):
    """What became of an entry in the ERP so far."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True)
class EntryAnswer:
    """What the ERP says of one entry: its own number for it, or with which code and why it refused."""

    entry_id: UUID
    verdict: EntryVerdict
    erp_reference: str | None = None
    code: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Answer:
    """What the ERP said of a batch; `entries` are those that it named."""

    verdict: Verdict
    erp_reference: str | None
    reason: str | None
    entries: tuple[EntryAnswer, ...]
    answered_at: datetime
    answered_by: str

    def says_the_same_as(self, other: Answer) -> bool:
        """Whether nothing is new in it, whenever and by whomever it was said."""
        return self._said == other._said

    @property
    def _said(self) -> object:
        return self.verdict, self.erp_reference, self.reason, frozenset(self.entries)


@dataclass(frozen=True)
class Standing:
    """How many of a batch's entries were last accepted, and how many rejected."""

    entries: int
    accepted: int = 0
    rejected: int = 0

    @property
    def status(self) -> BatchStatus:
        """What that makes of the batch."""
        if self.rejected:
            return BatchStatus.REJECTED
        if self.accepted == self.entries:
            return BatchStatus.ACCEPTED
        return BatchStatus.PARTLY if self.accepted else BatchStatus.SEALED


def check_answer(answer: Answer, entry_ids: Collection[UUID]) -> None:
    """Refuse an answer that contradicts itself, leaves out what it needs, or names foreign entries."""
    if answer.verdict is Verdict.ACCEPTED and answer.entries:
        raise AcceptedWithRejections(field="/entries")
    if answer.verdict is Verdict.REJECTED and not answer.reason:
        raise ReasonMissing(field="/reason")
    if answer.verdict is Verdict.BY_ENTRY and not answer.entries:
        raise EntriesMissing(field="/entries")
    named: set[UUID] = set()
    for number, one in enumerate(answer.entries):
        place = f"/entries/{number}"
        if one.entry_id not in entry_ids:
            raise EntryNotInBatch(field=f"{place}/entry_id")
        if one.entry_id in named:
            raise EntryNamedTwice(field=f"{place}/entry_id")
        _check_entry(one, answer.verdict, place)
        named.add(one.entry_id)


def _check_entry(one: EntryAnswer, of_batch: Verdict, place: str) -> None:
    if one.verdict is EntryVerdict.REJECTED and not one.reason:
        raise ReasonMissing(field=f"{place}/reason")
    if one.verdict is EntryVerdict.ACCEPTED and of_batch is Verdict.REJECTED:
        raise AcceptedWithRejections(field=f"{place}/answer")


def is_news(answer: Answer, before: Sequence[Answer], standing: Standing, *, corrected: bool) -> bool:
    """Whether an answer for the whole batch says what was not said yet. Raises AlreadyAccepted, CorrectedSince."""
    if standing.status is BatchStatus.ACCEPTED:
        if answer.verdict is Verdict.ACCEPTED and any(answer.says_the_same_as(one) for one in before):
            return False
        raise AlreadyAccepted()
    if before and answer.says_the_same_as(before[-1]):
        return False
    if corrected:
        raise CorrectedSince()
    if answer.verdict is Verdict.REJECTED and standing.accepted:
        raise AlreadyAccepted(
            because("%(accepted)s entries of this batch are accepted already.", accepted=standing.accepted),
            field="/answer",
        )
    return True


def new_of(
    answers: Sequence[EntryAnswer], known: Mapping[UUID, EntryAnswer], *, corrected: Mapping[UUID, int]
) -> list[EntryAnswer]:
    """Those of `answers` that say what was not said yet; `corrected` tells the batch in which an entry went on.

    Raises AlreadyAccepted, CorrectedSince.
    """
    new = []
    for number, one in enumerate(answers):
        before = known.get(one.entry_id)
        if before == one:
            continue
        if before is not None and before.verdict is EntryVerdict.ACCEPTED:
            raise AlreadyAccepted(field=f"/entries/{number}")
        if one.entry_id in corrected:
            raise CorrectedSince(
                because("This entry went on in batch %(corrected)s.", corrected=corrected[one.entry_id]),
                field=f"/entries/{number}/entry_id",
            )
        new.append(one)
    return new
