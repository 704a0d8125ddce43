"""Receiving: what arrives becomes rows of the inbox, committed before anybody is told that it arrived."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.database import Database
from shared.messaging import envelope, metrics
from shared.messaging.envelope import REPLAY_TO, Envelope, Poison
from shared.messaging.reactions import Reaction, Reactions
from shared.transactions import at_once

ACCEPT = text(
    """
    insert into msg.inbox (consumer, event_id, status, tenant_id, type, subject, sequence, next_at, attributes, body,
                           error_type, error_text, error_fingerprint, finished_at)
    select consumer, event_id, status, tenant_id, type, subject, sequence,
           case when status = 'pending' then msg.clock() end, cast(attributes as jsonb), body,
           error_type, error_text, error_type, case when status = 'parked' then msg.clock() end
    from unnest(
        cast(:consumers as text[]), cast(:event_ids as uuid[]), cast(:statuses as text[]), cast(:tenants as uuid[]),
        cast(:types as text[]), cast(:subjects as text[]), cast(:sequences as bigint[]), cast(:attributes as text[]),
        cast(:bodies as bytea[]), cast(:error_types as text[]), cast(:error_texts as text[]))
        as arrived (consumer, event_id, status, tenant_id, type, subject, sequence, attributes, body, error_type,
                    error_text)
    order by consumer, event_id
    on conflict (consumer, event_id) do nothing returning consumer, event_id
    """
)
PENDING = text("select consumer, count(*) from msg.inbox where status = 'pending' group by consumer")


class Status(StrEnum):
    """Where a message stands with one consumer."""

    PENDING = "pending"
    DONE = "done"
    RETRY = "retry"
    WAITING = "waiting"
    PARKED = "parked"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class Delivery:
    """A message as it came in: headers and body as they were, and the id that the transport gave it."""

    headers: Mapping[str, Any]
    body: bytes
    message_id: str | None


@dataclass(frozen=True)
class Row:
    """One row to be: a message for one consumer, or one parked at once because of `poison`."""

    consumer: str
    event_id: UUID
    attributes: str
    body: bytes
    envelope: Envelope | None = None
    poison: Poison | None = None


@dataclass(frozen=True)
class Inbox:
    """Where messages for one service are kept until each of its consumers has acted on them."""

    service: str
    reactions: Reactions
    database: Database
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def accept(self, batch: Sequence[Delivery]) -> None:
        """Keep `batch`, committed, one row per consumer; what cannot be read is parked at once, its neighbours are not.

        A message already known to a consumer is left as it stands. Raises only when the database does.
        """
        await self._keep([row for delivery in batch for row in self._rows(delivery)])

    async def park(self, batch: Sequence[Delivery], reason: str, why: str) -> None:
        """Keep `batch` as parked for `reason`, to be looked at by an operator."""
        await self._keep([row for delivery in batch for row in self._parked(delivery, Poison(reason, why))])

    async def backlog(self) -> int:
        """How many messages the consumer furthest behind has before it."""
        async with self.database.engine.connect() as connection:
            return max((count for _, count in await connection.execute(PENDING)), default=0)

    def _rows(self, delivery: Delivery) -> Iterator[Row]:
        try:
            found = envelope.read(delivery.headers, delivery.body)
            routed = self._meant(delivery, found)
            if not routed:
                to = delivery.headers.get(REPLAY_TO)
                raise Poison("unknown_type", f"{to or self.service} does not react to {found.type}.")
        except Poison as poison:
            yield from self._parked(delivery, poison)
            return
        attributes = json.dumps(found.attributes())
        for reaction in routed:
            yield Row(
                reaction.consumer,
                found.event_id,
                attributes,
                found.body,
                found,
                _unknown_major(reaction, found),
            )

    def _meant(self, delivery: Delivery, found: Envelope) -> list[Reaction]:
        """Who acts on it: everybody who reacts to its kind, or the one consumer that a replay names."""
        only = delivery.headers.get(REPLAY_TO)
        return [each for each in self.reactions.routed(found.routing_key) if only in (None, each.consumer)]

    def _parked(self, delivery: Delivery, poison: Poison) -> Iterator[Row]:
        """Park for the consumers it was meant for, where that can be told, else for the service as a whole."""
        found: Envelope | None = None
        try:
            found = envelope.read(delivery.headers, delivery.body)
        except Poison:
            pass
        consumers = [reaction.consumer for reaction in self._meant(delivery, found)] if found else []
        event_id = found.event_id if found else _id_of(delivery)
        attributes = json.dumps(found.attributes() if found else _legible(delivery.headers))
        for consumer in consumers or [self.service]:
            yield Row(consumer, event_id, attributes, delivery.body, found, poison)

    async def _keep(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        kept = {(row.consumer, row.event_id) for row in await at_once(self.database, ACCEPT, _columns(rows))}
        metrics.DUPLICATES.labels(self.service).inc(len(rows) - len(kept))
        for named, poison in {(row.consumer, row.event_id): row.poison for row in rows}.items():
            if poison and named in kept:
                metrics.PARKED.labels(self.service, poison.reason).inc()
        self.arrived.set()


def _columns(rows: Sequence[Row]) -> dict[str, list[Any]]:
    found = [row.envelope for row in rows]
    return {
        "consumers": [row.consumer for row in rows],
        "event_ids": [row.event_id for row in rows],
        "statuses": [Status.PARKED if row.poison else Status.PENDING for row in rows],
        "tenants": [each.tenant_id if each else None for each in found],
        "types": [each.type if each else None for each in found],
        "subjects": [each.subject if each else None for each in found],
        "sequences": [each.sequence if each else None for each in found],
        "attributes": [row.attributes for row in rows],
        "bodies": [row.body for row in rows],
        "error_types": [row.poison.reason if row.poison else None for row in rows],
        "error_texts": [str(row.poison).replace("\x00", "�") if row.poison else None for row in rows],
    }


def _unknown_major(reaction: Reaction, found: Envelope) -> Poison | None:
    if reaction.event_type.upcasters.reach(found.major):
        return None
    return Poison("unknown_major", f"{reaction.consumer} understands {reaction.event_type.type}, not {found.type}.")


def _id_of(delivery: Delivery) -> UUID:
    """The id under which a message without a readable one is known: the transport's, or one made of its bytes."""
    try:
        return UUID(delivery.message_id or "")
    except ValueError:
        return UUID(bytes=hashlib.sha256(delivery.body).digest()[:16])


def _legible(headers: Mapping[str, Any]) -> dict[str, str]:
    """Headers as text that the database can keep, for an operator to read."""
    return {str(name).replace("\x00", "�"): f"{value!s:.500}".replace("\x00", "�") for name, value in headers.items()}
