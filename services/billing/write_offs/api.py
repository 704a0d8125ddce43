"""Write-offs over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from services.billing.periods.model import PeriodClosed
from services.billing.receivables.model import MoreThanOpen, NoSuchReceivable, NothingSettled
from services.billing.write_offs import actions, queries
from services.billing.write_offs.model import (
    ChargedTo,
    NoSuchWriteOff,
    NotProposed,
    NotWrittenOff,
    OwnWriteOff,
    RecoversMore,
    WriteOffStatus,
    WrittenOffBeforeIssued,
    WrittenOffInFuture,
)
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, key_required, refusals
from shared.web.idempotency import IdempotencyKeyMissing

router = APIRouter(prefix="/write-offs", tags=["write-offs"], route_class=WorkRoute)

Positive = Annotated[Amount, Field(gt=0)]
Reason = Annotated[str, Field(min_length=1, max_length=500)]


class WriteOffBody(Body):
    """How much of an invoice is to be given up, and why.

    `reclaims_tax` says that the tax in it is taken back from the tax office: each country has rules of its own for
    when that is allowed.
    """

    invoice_id: UUID
    amount: Positive
    reclaims_tax: bool = False
    reason: Reason


class ApprovalBody(Body):
    """The day of the write-off; without it, today."""

    on: date | None = None


class RefusalBody(Body):
    """Why the claim stays; the audit trail keeps it."""

    reason: Reason


class RecoveryBody(Body):
    """What the customer pays after all, and since when that is known; without a day, today."""

    amount: Positive
    on: date | None = None


class WriteOffView(View):
    """A write-off; `tax` of the amount is reclaimed, `recovered` of it came back."""

    id: UUID
    status: WriteOffStatus
    invoice_id: UUID
    number: str
    customer_id: UUID
    customer_name: str
    legal_entity_id: UUID
    currency: str
    amount: Amount
    tax: Amount
    recovered: Amount
    reason: str
    proposed_by: str
    proposed_at: datetime
    charged_to: ChargedTo | None
    written_off_on: date | None
    decided_by: str | None
    decided_at: datetime | None
    refused_because: str


DATED = (WrittenOffInFuture, WrittenOffBeforeIssued, PeriodClosed)


@router.put(
    "/{write_off_id}",
    status_code=201,
    responses=refusals(NotPermitted, NoSuchReceivable, NothingSettled, MoreThanOpen),
)
async def propose(write_off_id: UUID, body: WriteOffBody, work: InWork) -> WriteOffView:
    """Ask to give up what is open on an invoice, or a part of it."""
    await actions.propose_write_off(
        work,
        write_off_id,
        body.invoice_id,
        amount=body.amount,
        reclaims_tax=body.reclaims_tax,
        reason=body.reason,
    )
    return await _view(work, write_off_id)


@router.post(
    "/{write_off_id}/approval",
    responses=refusals(NotPermitted, NoSuchWriteOff, NotProposed, OwnWriteOff, MoreThanOpen, *DATED),
)
async def approve(write_off_id: UUID, body: ApprovalBody, work: InWork) -> WriteOffView:
    """Give up what somebody else proposed."""
    await actions.approve_write_off(work, write_off_id, on=body.on)
    return await _view(work, write_off_id)


@router.post("/{write_off_id}/refusal", responses=refusals(NotPermitted, NoSuchWriteOff, NotProposed))
async def refuse(write_off_id: UUID, body: RefusalBody, work: InWork) -> WriteOffView:
    """Leave the claim open."""
    await actions.refuse_write_off(work, write_off_id, reason=body.reason)
    return await _view(work, write_off_id)


@router.post(
    "/{write_off_id}/recoveries",
    dependencies=[Depends(key_required)],
    responses=refusals(
        NotPermitted, NoSuchWriteOff, NotWrittenOff, NothingSettled, RecoversMore, *DATED, IdempotencyKeyMissing
    ),
)
async def recover(write_off_id: UUID, body: RecoveryBody, work: InWork) -> WriteOffView:
    """Open the claim again by what the customer pays after all."""
    await actions.recover(work, write_off_id, amount=body.amount, on=body.on)
    return await _view(work, write_off_id)


@router.get("", responses=refusals(NotPermitted))
async def listed(
    work: InWork,
    *,
    invoice_id: UUID | None = None,
    status: WriteOffStatus | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[WriteOffView]:
    """Write-offs, the newest first."""
    found = await queries.listed(work, invoice_id=invoice_id, status=status, cursor=cursor, limit=limit)
    return PageOf.of(found, WriteOffView)


@router.get("/{write_off_id}", responses=refusals(NotPermitted, NoSuchWriteOff))
async def show(write_off_id: UUID, work: InWork) -> WriteOffView:
    """One write-off."""
    return await _view(work, write_off_id)


async def _view(work: InWork, write_off_id: UUID) -> WriteOffView:
    return WriteOffView.model_validate(await queries.write_off(work, write_off_id))
