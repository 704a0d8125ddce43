"""Edited copies of parked messages over HTTP."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, status
from pydantic import Field

from shared.actor import NotPermitted
from shared.cursors import BadCursor
from shared.operations import copies
from shared.operations.copies import CopyDecided, NoSuchCopy, OwnCopy, WrongPayload
from shared.operations.deeds import Named, NotParked
from shared.operations.desk import desk_for
from shared.operations.message import NoSuchMessage
from shared.operations.parked_api import ConsumerName, Text
from shared.operations.permissions import Permission
from shared.subjects import is_same_person
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(tags=["edited-copies"], route_class=WorkRoute)


class EditedPayload(Body):
    """What a message should have said, and why."""

    payload: Annotated[dict[str, Any], Field(description="the whole payload, as its contract asks for it")]
    reason: Text


class Decision(Body):
    """Why an edited copy is approved or refused."""

    reason: Text


class CopyView(View):
    """An edited copy of a parked message: proposed → approved | refused."""

    id: UUID
    consumer: str
    event_id: UUID
    state: str
    reason: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    copy_id: UUID | None


class CopyDetail(CopyView):
    """An edited copy with what it says, and what the original says; null where that is for auditors."""

    payload: Any
    original: Any


@router.post(
    "/parked/{consumer}/{event_id}/copies",
    status_code=status.HTTP_201_CREATED,
    responses=refusals(NotPermitted, NoSuchMessage, NotParked, WrongPayload),
)
async def propose(consumer: ConsumerName, event_id: UUID, body: EditedPayload, work: InWork) -> CopyDetail:
    """Propose to run an edited copy of a message instead of it; somebody else has to approve."""
    desk = desk_for(work, Permission.OPERATE)
    return _shown(
        await copies.proposal(desk, await copies.propose(desk, Named(consumer, event_id), body.payload, body.reason))
    )


@router.get("/copies", responses=refusals(NotPermitted, BadCursor))
async def listed(work: InWork, cursor: Cursor = None, limit: Limit = 50) -> PageOf[CopyView]:
    """Edited copies, the latest first."""
    found = await copies.listed(desk_for(work, Permission.SEE_OPERATIONS), cursor=cursor, limit=limit)
    return PageOf.of(found, CopyView)


@router.get("/copies/{edited_copy_id}", responses=refusals(NotPermitted, NoSuchCopy))
async def show(edited_copy_id: UUID, work: InWork) -> CopyDetail:
    """One edited copy beside its original."""
    return _shown(await copies.proposal(desk_for(work, Permission.SEE_OPERATIONS), edited_copy_id))


@router.post(
    "/copies/{edited_copy_id}/approval",
    responses=refusals(NotPermitted, NoSuchCopy, CopyDecided, OwnCopy, NotParked),
)
async def approve(edited_copy_id: UUID, body: Decision, work: InWork) -> CopyDetail:
    """Run an edited copy that somebody else proposed; its original is put aside."""
    desk = desk_for(work, Permission.OPERATE)
    await copies.approve(desk, edited_copy_id, body.reason, partial(is_same_person, work))
    return _shown(await copies.proposal(desk, edited_copy_id))


@router.post("/copies/{edited_copy_id}/refusal", responses=refusals(NotPermitted, NoSuchCopy, CopyDecided))
async def refuse(edited_copy_id: UUID, body: Decision, work: InWork) -> CopyDetail:
    """Refuse an edited copy; its original stays parked."""
    desk = desk_for(work, Permission.OPERATE)
    await copies.refuse(desk, edited_copy_id, body.reason)
    return _shown(await copies.proposal(desk, edited_copy_id))


def _shown(found: copies.Proposal) -> CopyDetail:
    row = found.row._mapping
    return CopyDetail.model_validate({**row, "payload": found.payload, "original": found.original.payload})
