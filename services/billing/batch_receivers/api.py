"""Receivers of batches over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.billing.batch_receivers import actions, queries
from services.billing.batch_receivers.model import NoSuchReceiver, Receiver
from services.billing.ledger.model.accounts import NoBooks
from shared.actor import NotPermitted
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(prefix="/batch-receivers", tags=["batch receivers"], route_class=WorkRoute)


class ReceiverBody(Body):
    """Who fetches and answers the batches of a legal entity."""

    legal_entity: str
    subject: Annotated[str, Field(min_length=1, max_length=200, description="the log-in of the ERP")]
    target: Annotated[
        str | None, Field(min_length=1, max_length=50, description="only batches made for it; without it, all")
    ] = None


class ReceiverView(View):
    id: UUID
    legal_entity: str
    subject: str
    target: str | None


@router.get("", responses=refusals(NotPermitted))
async def list_receivers(work: InWork, *, cursor: Cursor = None, limit: Limit = 50) -> PageOf[ReceiverView]:
    """Everybody who receives batches, by legal entity."""
    return PageOf[ReceiverView].of(await queries.receivers(work, cursor=cursor, limit=limit), ReceiverView)


@router.put("/{receiver_id}", status_code=201, responses=refusals(NotPermitted, NoBooks))
async def appoint_receiver(receiver_id: UUID, body: ReceiverBody, work: InWork) -> ReceiverView:
    """Let the log-in of an ERP fetch and answer the batches of a legal entity."""
    receiver = Receiver(receiver_id, body.legal_entity, body.subject, body.target)
    await actions.appoint_receiver(work, receiver)
    return ReceiverView.model_validate(receiver)


@router.delete("/{receiver_id}", status_code=204, responses=refusals(NotPermitted, NoSuchReceiver))
async def dismiss_receiver(receiver_id: UUID, work: InWork) -> None:
    """Let a log-in fetch and answer no more; what it answered stays."""
    await actions.dismiss_receiver(work, receiver_id)
