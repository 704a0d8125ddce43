"""Webhooks over HTTP: who is told, what they were told, and telling it again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from services.billing.ledger.model.accounts import NoBooks
from services.billing.webhooks import actions, queries
from services.billing.webhooks.model.addresses import BadWebhookUrl
from services.billing.webhooks.model.webhook import (
    BadSecret,
    DeliveryState,
    Kind,
    NoSuchDelivery,
    NoSuchWebhook,
    StillOnItsWay,
    WebhookStopped,
)
from shared.actor import NotPermitted
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, key_required, refusals

router = APIRouter(tags=["webhooks"], route_class=WorkRoute)
Secret = Annotated[
    str, Field(max_length=200, pattern="^whsec_", description="whsec_ and 24 to 64 bytes in base64; never shown again")
]


class SecretBody(Body):
    secret: Secret


class WebhookBody(SecretBody):
    """Who is told of what: an https address of the public internet."""

    url: Annotated[str, Field(max_length=2000, pattern="^https://")]
    legal_entity: Annotated[str | None, Field(max_length=50, description="only of it; without it, of all")] = None
    kinds: Annotated[list[Kind], Field(min_length=1, max_length=10)]


class WebhookView(View):
    """A webhook, without its secret."""

    id: UUID
    url: str
    legal_entity: str | None
    kinds: list[Kind]
    is_active: bool
    registered_at: datetime
    registered_by: str


class DeliveryView(View):
    id: UUID
    webhook_id: UUID
    kind: Kind
    batch_id: UUID
    state: DeliveryState
    attempts: int
    created_at: datetime


class AttemptView(View):
    """What came of an attempt: a status and the beginning of what was said, or why there is none."""

    number: int
    started_at: datetime
    milliseconds: int
    status_code: int | None
    answer: str | None
    error: str | None
    asked_by: str


class DeliveryInFullView(DeliveryView):
    body: str
    tried: list[AttemptView]


@router.put(
    "/webhooks/{webhook_id}", status_code=201, responses=refusals(NotPermitted, BadWebhookUrl, BadSecret, NoBooks)
)
async def register_webhook(webhook_id: UUID, body: WebhookBody, work: InWork) -> WebhookView:
    """Have an address told of what happens from now on, signed as Standard Webhooks are."""
    webhook = await actions.register_webhook(
        work,
        webhook_id,
        url=body.url,
        secret=body.secret,
        legal_entity=body.legal_entity,
        kinds=body.kinds,
    )
    return WebhookView.model_validate(webhook)


@router.get("/webhooks", responses=refusals(NotPermitted))
async def list_webhooks(work: InWork, *, cursor: Cursor = None, limit: Limit = 50) -> PageOf[WebhookView]:
    """Everybody who is told, the latest first."""
    return PageOf[WebhookView].of(await queries.listed(work, cursor=cursor, limit=limit), WebhookView)


@router.post(
    "/webhooks/{webhook_id}/secret", status_code=204, responses=refusals(NotPermitted, NoSuchWebhook, BadSecret)
)
async def change_secret(webhook_id: UUID, body: SecretBody, work: InWork) -> None:
    """Sign with another secret; for a day the one before signs too."""
    await actions.change_secret(work, webhook_id, body.secret)


@router.post("/webhooks/{webhook_id}/stop", status_code=204, responses=refusals(NotPermitted, NoSuchWebhook))
async def stop_webhook(webhook_id: UUID, work: InWork) -> None:
    """Tell an address nothing any more; what waits is given up."""
    await actions.switch_webhook(work, webhook_id, is_active=False)


@router.post("/webhooks/{webhook_id}/start", status_code=204, responses=refusals(NotPermitted, NoSuchWebhook))
async def start_webhook(webhook_id: UUID, work: InWork) -> None:
    """Tell an address again of what happens from now on."""
    await actions.switch_webhook(work, webhook_id, is_active=True)


@router.get("/webhooks/{webhook_id}/deliveries", responses=refusals(NotPermitted, NoSuchWebhook))
async def list_deliveries(
    webhook_id: UUID, work: InWork, *, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[DeliveryView]:
    """What an address was told, the newest first."""
    found = await queries.deliveries(work, webhook_id, cursor=cursor, limit=limit)
    return PageOf[DeliveryView].of(found, DeliveryView)


@router.get("/webhook-deliveries/{delivery_id}", responses=refusals(NotPermitted, NoSuchDelivery))
async def show_delivery(delivery_id: UUID, work: InWork) -> DeliveryInFullView:
    """One delivery with exactly what is sent and every attempt."""
    found = await queries.delivery(work, delivery_id)
    tried = [AttemptView.model_validate(one) for one in found.attempts]
    return DeliveryInFullView.model_validate({**found.delivery._mapping, "body": found.body, "tried": tried})


@router.post(
    "/webhook-deliveries/{delivery_id}/replay",
    status_code=204,
    dependencies=[Depends(key_required)],
    responses=refusals(NotPermitted, NoSuchDelivery, StillOnItsWay, WebhookStopped),
)
async def replay_delivery(delivery_id: UUID, work: InWork) -> None:
    """Send what was delivered or given up once more, under the same id."""
    await actions.replay_delivery(work, delivery_id)
