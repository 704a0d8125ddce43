"""What an ERP may say of a batch: once accepted, for good; the same again is no news; contradictions are refused."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.batches.model.answers import (
    AcceptedWithRejections,
    AlreadyAccepted,
    Answer,
    BatchStatus,
    CorrectedSince,
    EntriesMissing,
    EntryAnswer,
    EntryNamedTwice,
    EntryNotInBatch,
    EntryVerdict,
    ReasonMissing,
    Standing,
    Verdict,
    check_answer,
    is_news,
    new_of,
)
from tests.support.ledger import AT

ONE, TWO = UUID(int=1), UUID(int=2)
TAKEN = EntryAnswer(ONE, EntryVerdict.ACCEPTED, "JE-1")
REFUSED = EntryAnswer(ONE, EntryVerdict.REJECTED, code="E42", reason="No such cost centre")
WAITING = Standing(2)


def an_answer(verdict: Verdict, *entries: EntryAnswer, reason: str | None = None) -> Answer:
    """Say what the ERP says."""
    return Answer(verdict, "JE-1", reason, entries, AT, "erp")


ALL, NONE = an_answer(Verdict.ACCEPTED), an_answer(Verdict.REJECTED, reason="Closed")


@pytest.mark.parametrize(
    ("answer", "refusal", "field"),
    [
        (an_answer(Verdict.REJECTED), ReasonMissing, "/reason"),
        (an_answer(Verdict.ACCEPTED, REFUSED), AcceptedWithRejections, "/entries"),
        (an_answer(Verdict.REJECTED, TAKEN, reason="Closed"), AcceptedWithRejections, "/entries/0/answer"),
        (an_answer(Verdict.BY_ENTRY), EntriesMissing, "/entries"),
        (an_answer(Verdict.BY_ENTRY, replace(REFUSED, reason=None)), ReasonMissing, "/entries/0/reason"),
        (an_answer(Verdict.BY_ENTRY, TAKEN, TAKEN), EntryNamedTwice, "/entries/1/entry_id"),
        (an_answer(Verdict.BY_ENTRY, replace(TAKEN, entry_id=UUID(int=3))), EntryNotInBatch, "/entries/0/entry_id"),
    ],
)
def test_an_answer_that_contradicts_itself_is_refused_with_its_place(
    answer: Answer, refusal: type[Exception], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        check_answer(answer, [ONE, TWO])

    assert vars(refused.value)["field"] == field


@pytest.mark.parametrize(
    ("accepted", "rejected", "status"),
    [
        (0, 0, BatchStatus.SEALED),
        (1, 0, BatchStatus.PARTLY),
        (2, 0, BatchStatus.ACCEPTED),
        (1, 1, BatchStatus.REJECTED),
    ],
)
def test_how_a_batch_stands_follows_from_its_entries(accepted: int, rejected: int, status: BatchStatus) -> None:
    assert Standing(2, accepted, rejected).status is status


def test_the_same_again_is_no_news_and_something_else_after_acceptance_is_refused() -> None:
    done = Standing(2, accepted=2)

    assert is_news(ALL, [], WAITING, corrected=False)
    assert not is_news(replace(ALL, answered_by="other"), [NONE, ALL], done, corrected=False)
    for other in (NONE, replace(ALL, erp_reference="JE-2")):
        with pytest.raises(AlreadyAccepted):
            is_news(other, [NONE, ALL], done, corrected=False)


def test_a_rejected_batch_is_answered_again_and_one_that_is_partly_accepted_is_not_rejected_as_a_whole() -> None:
    assert not is_news(NONE, [NONE], Standing(2, rejected=2), corrected=False)
    assert is_news(ALL, [NONE], Standing(2, rejected=2), corrected=False)
    assert is_news(replace(NONE, reason="Still closed"), [NONE], Standing(2, rejected=2), corrected=False)
    with pytest.raises(AlreadyAccepted, match="1 entries of this batch"):
        is_news(NONE, [], Standing(2, accepted=1), corrected=False)


def test_what_went_on_in_a_correction_is_answered_there() -> None:
    with pytest.raises(CorrectedSince):
        is_news(ALL, [NONE], Standing(2, rejected=2), corrected=True)
    with pytest.raises(CorrectedSince, match="batch 7"):
        new_of([TAKEN], {ONE: REFUSED}, corrected={ONE: 7})
    assert new_of([REFUSED], {ONE: REFUSED}, corrected={ONE: 7}) == []


def test_of_entries_only_the_news_counts() -> None:
    other = EntryAnswer(TWO, EntryVerdict.ACCEPTED, "JE-2")

    assert new_of([TAKEN, other], {ONE: TAKEN}, corrected={}) == [other]
    assert new_of([TAKEN], {ONE: REFUSED}, corrected={}) == [TAKEN]
    with pytest.raises(AlreadyAccepted):
        new_of([other, replace(TAKEN, erp_reference="JE-9")], {ONE: TAKEN}, corrected={})
    with pytest.raises(AlreadyAccepted):
        new_of([REFUSED], {ONE: TAKEN}, corrected={})


said = st.builds(
    EntryAnswer,
    st.sampled_from([ONE, TWO]),
    st.sampled_from(EntryVerdict),
    st.sampled_from(["JE-1", "JE-2"]),
    st.none(),
    st.sampled_from(["Closed", "Unknown"]),
)


@given(st.lists(said, max_size=8))
def test_whatever_an_erp_says_in_whatever_order_an_accepted_entry_stays_as_it_is(told: list[EntryAnswer]) -> None:
    known: dict[UUID, EntryAnswer] = {}
    for one in told:
        before = dict(known)
        try:
            new = new_of([one], known, corrected={})
        except AlreadyAccepted:
            assert before[one.entry_id].verdict is EntryVerdict.ACCEPTED and before[one.entry_id] != one
        else:
            known.update({each.entry_id: each for each in new})
            assert known[one.entry_id] == one
            assert new_of([one], known, corrected={}) == []
