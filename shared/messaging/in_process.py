"""Events inside one process: handed from outbox to inboxes, never held in memory alone.

An event counts as sent when the inbox of every service that reacts to it has committed it, so a kill at any moment
loses nothing. Everything is turned into headers and bytes and read again, as on a broker.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shared.messaging.envelope import BODY_MAX, Envelope
from shared.messaging.inbox import Delivery, Inbox
from shared.messaging.reactions import replay_key
from shared.messaging.transport import Failure, Fault, LinkState, Outcome

log = logging.getLogger(__name__)
BACKLOG_MAX = 10_000  # pending messages of one consumer
LOOK_EVERY = 1.0  # seconds between looks at a backlog


@dataclass
class Target:
    """One service to deliver to."""

    inbox: Inbox
    keys: frozenset[str] = field(init=False)
    backlog: int = 0
    looked_at: float = -LOOK_EVERY

    def __post_init__(self) -> None:
        self.keys = frozenset(self.inbox.reactions.routing_keys)


class InProcess:
    """Carries events between services that live in one process."""

    def __init__(self, inboxes: Iterable[Inbox]) -> None:
        """Deliver to `inboxes`: every service of the process, known before the first event is sent."""
        self._targets = {inbox.service: Target(inbox) for inbox in inboxes}

    async def publish(self, batch: Sequence[Envelope]) -> Outcome:
        """Commit `batch` in the inbox of every service that reacts to it."""
        outcome: Outcome = dict.fromkeys((each.event_id for each in batch), None)
        fitting = [each for each in batch if len(each.body) <= BODY_MAX]
        for each in batch:
            if len(each.body) > BODY_MAX:
                outcome[each.event_id] = Failure(f"the body has {len(each.body)} bytes", Fault.PERMANENT)
        await asyncio.gather(*(self._deliver(target, fitting, outcome) for target in self._targets.values()))
        return outcome

    async def replay(self, batch: Sequence[Envelope], to: str, replay_id: UUID) -> Outcome:
        """Commit `batch` in the inbox of the consumer `to`; what it does not take fails for good."""
        target = self._targets.get(to.partition(".")[0])
        taken = target.inbox.reactions.replay_keys if target else []
        nobody = Failure(f"nobody takes this as {to}", Fault.PERMANENT)
        outcome: Outcome = dict.fromkeys((each.event_id for each in batch), nobody)
        meant = [each for each in batch if replay_key(each.routing_key, to) in taken]
        outcome.update(dict.fromkeys((each.event_id for each in meant), None))
        if target and meant:
            deliveries = [
                Delivery(each.replayed(to, replay_id), bytes(each.body), str(each.event_id)) for each in meant
            ]
            if failure := await self._hand_over(target, deliveries):
                outcome.update(dict.fromkeys((each.event_id for each in meant), failure))
        return outcome

    async def _deliver(self, target: Target, batch: Sequence[Envelope], outcome: Outcome) -> None:
        meant = [each for each in batch if each.routing_key in target.keys]
        if meant and (failure := await self._hand_over(target, [_delivery(each) for each in meant])):
            outcome.update(dict.fromkeys((each.event_id for each in meant), failure))

    async def _hand_over(self, target: Target, deliveries: Sequence[Delivery]) -> Failure | None:
        try:
            failure = await self._overload(target)
            if failure is None:
                await target.inbox.accept(deliveries)
        except Exception as error:  # whatever it is, the events stay with the sender
            log.warning("%s cannot be delivered to: %s", target.inbox.service, error)
            failure = Failure(f"{target.inbox.service}: {type(error).__name__}", Fault.LINK)
        return failure

    async def _overload(self, target: Target) -> Failure | None:
        if time.monotonic() - target.looked_at > LOOK_EVERY:
            target.looked_at = time.monotonic()
            target.backlog = await target.inbox.backlog()
        if target.backlog <= BACKLOG_MAX:
            return None
        return Failure(f"{target.inbox.service} has a backlog of {target.backlog}", Fault.LINK)

    async def receive(self, inbox: Inbox) -> None:
        """Deliver to `inbox` from now on, so that whoever watches it is woken."""
        self._targets[inbox.service] = Target(inbox)
        await asyncio.Event().wait()

    async def receive_dead(self, inbox: Inbox) -> None:
        """Wait for ever: what the inbox does not take stays in the sender's outbox, so there are no dead letters."""
        await asyncio.Event().wait()

    async def state(self, service: str) -> LinkState:
        """There is no other side: what was announced waits with its sender."""
        return LinkState("in process")

    async def close(self) -> None:
        """There is nothing to close."""


def _delivery(envelope: Envelope) -> Delivery:
    return Delivery(envelope.headers(), bytes(envelope.body), str(envelope.event_id))
