"""Sending everything that was ever announced once more, with its own ids, straight to those it concerns."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import aio_pika
import asyncpg

from deploy.checker.look import plain
from shared.messaging.amqp import properties_of
from shared.messaging.envelope import Envelope
from shared.messaging.provisioning import queue_of

LOGGED = """
select event_id, tenant_id, type, schema_minor, subject, sequence, correlation_id, causation_id, traceparent,
       occurred_at, recorded_at, payload as body
from msg.event_log order by sequence
"""
FORGET = "delete from msg.inbox where status = 'done'"
AT_ONCE = 100


async def replay(
    broker_url: str, superuser: Mapping[str, str], routes: Mapping[str, frozenset[str]], *, forgetful: bool
) -> int:
    """Send every event again, to inboxes that have forgotten everything if `forgetful`; how many messages that was."""
    events: list[Envelope] = []
    for address in superuser.values():
        connection = await asyncpg.connect(plain(address))
        try:
            events += [Envelope(**row) for row in await connection.fetch(LOGGED)]
            if forgetful:
                await connection.execute(FORGET)
        finally:
            await connection.close()
    copies = [
        (queue_of(service), event) for event in events for service, keys in routes.items() if event.routing_key in keys
    ]
    async with await aio_pika.connect(broker_url) as connected:
        channel = await (await connected.channel(publisher_confirms=True)).get_underlay_channel()
        for start in range(0, len(copies), AT_ONCE):
            await asyncio.gather(
                *(
                    channel.basic_publish(
                        event.body, routing_key=queue, properties=properties_of(event, event.headers())
                    )
                    for queue, event in copies[start : start + AT_ONCE]
                )
            )
    return len(copies)
