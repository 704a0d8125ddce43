"""Appointing the log-ins of ERPs, and dismissing them."""

from __future__ import annotations

from uuid import UUID

from services.billing.batch_receivers import store
from services.billing.batch_receivers.model import NoSuchReceiver, Receiver
from services.billing.ledger.queries import books_of
from services.billing.permissions import Permission
from shared.work import Work


async def appoint_receiver(work: Work, receiver: Receiver) -> None:
    """Let a log-in fetch and answer the batches of a legal entity. Raises NoBooks."""
    work.actor.must(Permission.CONFIGURE)
    await books_of(work, receiver.legal_entity)
    await store.add(work, receiver)


async def dismiss_receiver(work: Work, receiver_id: UUID) -> None:
    """Let a log-in fetch and answer no more; what it answered stays. Raises NoSuchReceiver."""
    work.actor.must(Permission.CONFIGURE)
    if not await store.remove(work, receiver_id):
        raise NoSuchReceiver()
