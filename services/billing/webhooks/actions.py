"""Registering who listens, telling them, and noting what came of it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid5

from services.billing.ledger.queries import books_of
from services.billing.permissions import Permission
from services.billing.webhooks import store
from services.billing.webhooks.model.addresses import Network, check_url, networks_of
from services.billing.webhooks.model.webhook import (
    ATTEMPTS,
    FIRST_PAUSE,
    GONE,
    LONGEST_PAUSE,
    DeliveryState,
    Kind,
    Letter,
    NoSuchDelivery,
    NoSuchWebhook,
    Outcome,
    StillOnItsWay,
    Webhook,
    WebhookStopped,
    check_secret,
)
from shared import jobs
from shared.contracts.billing import LedgerBatchAcknowledged, LedgerBatchSealed
from shared.ids import new_id
from shared.messaging.backoff import growing
from shared.work import Work

DELIVER = jobs.JobName("billing.deliver_webhook")


def allowed_networks() -> list[Network]:
    """What the setting WEBHOOK_NETWORKS allows besides the public internet; it was checked when the process started."""
    return networks_of(os.environ.get("WEBHOOK_NETWORKS"))


async def register_webhook(
    work: Work,
    webhook_id: UUID,
    *,
    url: str,
    secret: str,
    legal_entity: str | None,
    kinds: Sequence[Kind],
) -> Webhook:
    """Have `url` told of events from now on. Raises BadWebhookUrl, BadSecret, NoBooks."""
    work.actor.must(Permission.KEEP_WEBHOOKS)
    check_url(url, allowed_networks())
    check_secret(secret)
    if legal_entity is not None:
        await books_of(work, legal_entity)
    told = tuple(sorted(set(kinds)))
    webhook = Webhook(webhook_id, url, legal_entity, told, True, work.now, work.actor.subject)
    await store.add(work, webhook, secret)
    return webhook


async def change_secret(work: Work, webhook_id: UUID, secret: str) -> None:
    """Sign with another secret; for a day with the one before as well. Raises BadSecret, NoSuchWebhook."""
    work.actor.must(Permission.KEEP_WEBHOOKS)
    check_secret(secret)
    if not await store.is_there(work, webhook_id):
        raise NoSuchWebhook()
    await store.add_secret(work, webhook_id, secret)


async def switch_webhook(work: Work, webhook_id: UUID, *, is_active: bool) -> None:
    """Stop telling an address, or start again with what happens from then on. Raises NoSuchWebhook."""
    work.actor.must(Permission.KEEP_WEBHOOKS)
    if not await store.switch(work, webhook_id, is_active=is_active):
        raise NoSuchWebhook()


async def tell(work: Work, event: LedgerBatchSealed | LedgerBatchAcknowledged, legal_entity: str, *, turn: int) -> None:
    """Have everybody who listens told of `event`, if and only if this work commits; `turn` counts those of a batch."""
    kind = Kind(event.type)
    said = {"type": event.type, "timestamp": work.now.isoformat(), "data": event.model_dump(mode="json")}
    body = json.dumps(said, separators=(",", ":")).encode()
    listening = await store.listening(work, kind, legal_entity)
    ids = {webhook_id: uuid5(webhook_id, f"{kind}/{event.batch_id}/{turn}") for webhook_id in listening}
    if ids:
        await store.add_deliveries(work, ids, kind=kind, batch_id=event.batch_id, body=body)
    for delivery_id in ids.values():
        await _start(work, delivery_id)


async def replay_delivery(work: Work, delivery_id: UUID) -> None:
    """Send what was delivered or given up again, under its id. Raises NoSuchDelivery, StillOnItsWay, WebhookStopped."""
    work.actor.must(Permission.KEEP_WEBHOOKS)
    letter = await store.letter(work, delivery_id)
    if letter is None:
        raise NoSuchDelivery()
    if not letter.is_active:
        raise WebhookStopped()
    if await store.state_of(work, delivery_id) is DeliveryState.WAITING:
        raise StillOnItsWay()
    await store.set_state(work, delivery_id, DeliveryState.WAITING)
    await _start(work, delivery_id)


async def letter_to_send(work: Work, delivery_id: UUID) -> Letter | None:
    """The delivery as it is sent now; none, and given up, if nobody listens there any more."""
    letter = await store.letter(work, delivery_id)
    if letter is not None and not letter.is_active:
        await store.set_state(work, delivery_id, DeliveryState.FAILED)
        return None
    return letter


async def note_outcome(work: Work, letter: Letter, outcome: Outcome, *, failures: int) -> timedelta | None:
    """Keep what came of an attempt, the one after `failures` others; how long to wait, or None if it is over."""
    await store.add_attempt(work, letter, outcome)
    if outcome.is_heard:
        await store.set_state(work, letter.delivery_id, DeliveryState.DELIVERED)
        return None
    if outcome.status_code == GONE:
        await store.switch(work, letter.webhook_id, is_active=False)
    if outcome.status_code == GONE or failures + 1 >= ATTEMPTS:
        await store.set_state(work, letter.delivery_id, DeliveryState.FAILED)
        return None
    first, longest = FIRST_PAUSE.total_seconds(), LONGEST_PAUSE.total_seconds()
    return timedelta(seconds=growing(failures + 1, first=first, longest=longest))


async def _start(work: Work, delivery_id: UUID) -> None:
    payload = {"delivery_id": str(delivery_id)}
    await jobs.start(work, DELIVER, id=new_id(), payload=payload, total=1)
