"""What the ERP says of batches over HTTP, and how what it rejected goes on in a correction."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.billing.batches import actions, queries
from services.billing.batches.api.views import BatchInFullView, in_full
from services.billing.batches.model.answers import (
    AcceptedWithRejections,
    AlreadyAccepted,
    BatchStatus,
    CorrectedSince,
    EntriesMissing,
    EntryAnswer,
    EntryNamedTwice,
    EntryNotInBatch,
    EntryState,
    EntryVerdict,
    ReasonMissing,
    Standing,
    Verdict,
)
from services.billing.batches.model.batch import NoSuchBatch, NothingToCorrect, UnmappedAccounts
from services.billing.batches.model.renderings.renderers import FeedNotSetUp
from services.billing.batches.model.renderings.sealed import CannotRender
from shared.actor import NotPermitted
from shared.ids import new_id
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, key_required, refusals

router = APIRouter(prefix="/ledger-batches/{batch_id}", tags=["ledger batches"], route_class=WorkRoute)
CONTRADICTIONS = (AcceptedWithRejections, ReasonMissing, EntriesMissing, EntryNotInBatch, EntryNamedTwice)
EntryStateWanted = Annotated[EntryState | None, Query(description="only entries that stand so")]


class EntryAnswerBody(Body):
    """What became of one entry: the ERP's own number for it, or with which code and why it was refused."""

    entry_id: UUID
    answer: EntryVerdict = EntryVerdict.REJECTED
    erp_reference: str | None = Field(default=None, max_length=200)
    code: str | None = Field(default=None, max_length=100)
    reason: str | None = Field(default=None, min_length=1, max_length=1000)

    @property
    def said(self) -> EntryAnswer:
        """The same, as the model knows it."""
        return EntryAnswer(self.entry_id, self.answer, self.erp_reference, self.code, self.reason)


class AcknowledgementBody(Body):
    """What the ERP says: all of it was taken, none of it (which needs a reason), or each entry for itself."""

    answer: Verdict
    erp_reference: str | None = Field(default=None, max_length=200)
    reason: str | None = Field(default=None, max_length=1000)
    entries: list[EntryAnswerBody] = Field(default=[], max_length=1000)


class AcknowledgementView(View):
    """How the batch stands now."""

    batch_id: UUID
    status: BatchStatus
    entries: int
    accepted: int
    rejected: int


class BatchedEntryView(View):
    """An entry of a batch, what was last said of it, and the number of the batch in which it went on."""

    number: int
    entry_id: UUID
    posted_on: date
    text: str
    answer: EntryState
    erp_reference: str | None
    code: str | None
    reason: str | None
    corrected_in: int | None


@router.post(
    "/acknowledgement",
    dependencies=[Depends(key_required)],
    responses=refusals(NotPermitted, NoSuchBatch, AlreadyAccepted, CorrectedSince, *CONTRADICTIONS),
)
async def acknowledge(batch_id: UUID, body: AcknowledgementBody, work: InWork) -> AcknowledgementView:
    """Say, as the ERP, that a batch or entries of it were taken or refused; saying it again changes nothing."""
    standing = await actions.acknowledge_batch(
        work,
        batch_id,
        verdict=body.answer,
        erp_reference=body.erp_reference,
        reason=body.reason,
        entries=[one.said for one in body.entries],
    )
    return _view(batch_id, standing)


@router.get("/entries", responses=refusals(NotPermitted, NoSuchBatch))
async def list_entries(
    batch_id: UUID, work: InWork, *, answer: EntryStateWanted = None, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[BatchedEntryView]:
    """The entries of a batch by number, with what the ERP said of each."""
    found = await queries.entries_of(work, batch_id, answer=answer, cursor=cursor, limit=limit)
    return PageOf[BatchedEntryView].of(found, BatchedEntryView)


@router.post(
    "/correction",
    status_code=201,
    dependencies=[Depends(key_required)],
    responses=refusals(NotPermitted, NoSuchBatch, NothingToCorrect, UnmappedAccounts, FeedNotSetUp, CannotRender),
)
async def correct(batch_id: UUID, work: InWork) -> BatchInFullView:
    """Seal what the ERP rejected of a batch as a new one that names it, with the accounts as they are mapped now."""
    correction = await actions.correct_batch(work, new_id(), batch_id)
    return in_full(await queries.batch(work, correction.id))


def _view(batch_id: UUID, standing: Standing) -> AcknowledgementView:
    return AcknowledgementView(
        batch_id=batch_id,
        status=standing.status,
        entries=standing.entries,
        accepted=standing.accepted,
        rejected=standing.rejected,
    )
