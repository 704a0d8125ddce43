"""Reading who listens, and the log of what they were told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from services.billing.permissions import Permission
from services.billing.webhooks.model.webhook import NoSuchDelivery, NoSuchWebhook
from services.billing.webhooks.store import FIELDS, webhook_attempts, webhook_deliveries, webhooks
from shared.database import Page, page
from shared.work import Work

DELIVERIES = select(
    *(
        webhook_deliveries.c[name]
        for name in ("id", "webhook_id", "kind", "batch_id", "state", "attempts", "created_at")
    ),
)


@dataclass(frozen=True)
class DeliveryInFull:
    """A delivery, exactly what is sent, and every attempt."""

    delivery: Row[Any]
    body: str
    attempts: list[Row[Any]]


async def listed(work: Work, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """The webhooks, the latest first."""
    work.actor.must(Permission.SEE_WEBHOOKS)
    keys = (webhooks.c.registered_at, webhooks.c.id)
    return await page(work.session, select(*FIELDS), keys=keys, cursor=cursor, limit=limit, descending=True)


async def webhook(work: Work, webhook_id: UUID) -> Row[Any]:
    """One webhook, without its secrets; raises NoSuchWebhook."""
    work.actor.must(Permission.SEE_WEBHOOKS)
    found = (await work.session.execute(select(*FIELDS).where(webhooks.c.id == webhook_id))).first()
    if found is None:
        raise NoSuchWebhook()
    return found


async def deliveries(work: Work, webhook_id: UUID, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """What a webhook was told, the newest first; raises NoSuchWebhook."""
    await webhook(work, webhook_id)
    rows = DELIVERIES.where(webhook_deliveries.c.webhook_id == webhook_id)
    keys = (webhook_deliveries.c.created_at, webhook_deliveries.c.id)
    return await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=True)


async def delivery(work: Work, delivery_id: UUID) -> DeliveryInFull:
    """One delivery with its body and every attempt; raises NoSuchDelivery."""
    work.actor.must(Permission.SEE_WEBHOOKS)
    one = DELIVERIES.add_columns(webhook_deliveries.c.body).where(webhook_deliveries.c.id == delivery_id)
    found = (await work.session.execute(one)).first()
    if found is None:
        raise NoSuchDelivery()
    tried = select(webhook_attempts).where(webhook_attempts.c.delivery_id == delivery_id)
    attempts = (await work.session.execute(tried.order_by(webhook_attempts.c.number))).all()
    return DeliveryInFull(found, found.body.decode(), list(attempts))
