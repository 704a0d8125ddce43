"""Sealed batches over HTTP: for the controller who seals, and for the ERP that fetches and answers."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.billing.account_mappings.model import DEFAULT_TARGET
from services.billing.batch_receivers.model import NotReceived
from services.billing.batches import actions, queries
from services.billing.batches.api.views import BatchInFullView, BatchView, in_full
from services.billing.batches.model.answers import Standing
from services.billing.batches.model.batch import (
    AheadOfChain,
    NoSuchBatch,
    NothingToSeal,
    Scope,
    UnmappedAccounts,
)
from services.billing.batches.model.renderings.renderers import FeedNotSetUp
from services.billing.batches.model.renderings.sealed import CannotRender
from services.billing.ledger.model.accounts import NoBooks
from services.billing.periods.model import BadMonth, month
from shared.actor import NotPermitted
from shared.contracts.base import Amount, Currency
from shared.ids import new_id
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, key_required, refusals

router = APIRouter(tags=["ledger batches"], route_class=WorkRoute)

After = Annotated[int, Query(ge=0, description="the number of the last batch that you have, or 0")]


class SealBody(Body):
    """Which entries to seal: those of one month and currency that are in no batch yet."""

    legal_entity: str
    period: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$", description="year and month", examples=["2026-03"])]
    currency: Currency
    target: Annotated[str, Field(description="whose account mappings are used")] = DEFAULT_TARGET


class ChainView(View):
    """Batches in the order of their numbers; `next` is what to ask with `after` from now on, `more` whether at once."""

    items: list[BatchView]
    next: int
    more: bool


class CheckView(View):
    name: str
    holds: bool


class UnmappedView(View):
    account: str
    name: str


class PreviewView(View):
    """What sealing would take now; `may_be_sealed` when something waits and every account of it is mapped."""

    may_be_sealed: bool
    entry_count: int
    debit_total: Amount
    credit_total: Amount
    unmapped: list[UnmappedView]


class VerificationView(View):
    """Every check of the batch; `holds` when all of them do."""

    batch_id: UUID
    holds: bool
    checks: list[CheckView]


@router.post(
    "/ledger-batches",
    status_code=201,
    dependencies=[Depends(key_required)],
    responses=refusals(NotPermitted, NoBooks, BadMonth, NothingToSeal, UnmappedAccounts, FeedNotSetUp, CannotRender),
)
async def seal(body: SealBody, work: InWork) -> BatchInFullView:
    """Seal the entries of a month and currency that wait, as the next batch of the legal entity's chain."""
    scope = Scope(body.legal_entity, month(body.period).starts_on, body.currency, body.target)
    batch = await actions.seal_batch(work, new_id(), scope)
    return in_full(queries.BatchInFull(batch, Standing(batch.entry_count), [], {}))


@router.get("/ledger-batches", responses=refusals(NotPermitted))
async def list_batches(
    work: InWork, *, legal_entity: str | None = None, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[BatchView]:
    """The batches, the newest first; the ERP sees those of its legal entities."""
    found = await queries.batches(work, legal_entity=legal_entity, cursor=cursor, limit=limit)
    return PageOf[BatchView].of(found, BatchView)


@router.get("/ledger-batches/preview", responses=refusals(NotPermitted, NoBooks, BadMonth))
async def preview(
    work: InWork,
    *,
    legal_entity: str,
    period: Annotated[str, Query(pattern=r"^\d{4}-\d{2}$", examples=["2026-03"])],
    currency: Currency,
    target: str = DEFAULT_TARGET,
) -> PreviewView:
    """Look at what sealing a month and currency would take, and which accounts are not mapped; nothing changes."""
    found = await queries.preview(work, Scope(legal_entity, month(period).starts_on, currency, target))
    return PreviewView(
        may_be_sealed=found.may_be_sealed,
        entry_count=found.entry_count,
        debit_total=found.debit_total,
        credit_total=found.credit_total,
        unmapped=[UnmappedView(account=code, name=name) for code, name in found.unmapped.items()],
    )


@router.get("/ledger-chains/{legal_entity}", responses=refusals(NotPermitted, NoBooks, NotReceived, AheadOfChain))
async def follow_chain(legal_entity: str, work: InWork, *, after: After = 0, limit: Limit = 50) -> ChainView:
    """The batches that follow the one numbered `after`; an ERP keeps `next` and goes on there, and never misses one."""
    found = await queries.chain(work, legal_entity=legal_entity, after=after, limit=limit)
    return ChainView.model_validate(found)


@router.get("/ledger-batches/{batch_id}", responses=refusals(NotPermitted, NoSuchBatch))
async def show_batch(batch_id: UUID, work: InWork) -> BatchInFullView:
    """One batch and everything the ERP said of it."""
    return in_full(await queries.batch(work, batch_id))


@router.get("/ledger-batches/{batch_id}/verification", responses=refusals(NotPermitted, NoSuchBatch))
async def verify(batch_id: UUID, work: InWork) -> VerificationView:
    """Prove the batch again from its bytes, the batch before, and the journal."""
    checks = await queries.verification(work, batch_id)
    views = [CheckView.model_validate(one) for one in checks]
    return VerificationView(batch_id=batch_id, holds=all(one.holds for one in checks), checks=views)
