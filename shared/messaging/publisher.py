"""Publishing to RabbitMQ so that "sent" means "kept by the broker"."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from aio_pika.abc import AbstractConnection, AbstractExchange
from aio_pika.exceptions import DeliveryError, PublishError
from pamqp.commands import Basic

from shared import telemetry
from shared.messaging.amqp import LINK_ERRORS, connect, disconnect, is_wanted, message_of
from shared.messaging.envelope import Envelope
from shared.messaging.provisioning import EVENTS
from shared.messaging.transport import Failure, Fault, Outcome

log = logging.getLogger(__name__)
AMQP_PORT = 5672
CONFIRM_WITHIN = 5.0  # seconds; a broker in alarm holds publishers without a word


class Publisher:
    """One connection and one channel for sending; both are given up at the first sign of trouble."""

    def __init__(self, url: str) -> None:
        self._url = url
        address = urlsplit(url)
        self._server = (address.hostname or "", address.port or AMQP_PORT)
        self._connection: AbstractConnection | None = None
        self._exchange: AbstractExchange | None = None
        self._turn = asyncio.Lock()
        self._waiting_since: float | None = None

    @property
    def blocked_seconds(self) -> int:
        """For how many seconds it has waited for the broker to confirm anything at all."""
        return int(time.monotonic() - self._waiting_since) if self._waiting_since is not None else 0

    async def publish(self, batch: Sequence[Envelope]) -> Outcome:
        """Publish `batch` with all its confirmations under way at once; one batch at a time has the channel.

        No two messages with one id are ever under way together, because a return is matched by the id alone.
        """
        telemetry.sending_to(*self._server)
        async with self._turn:
            self._waiting_since = self._waiting_since or time.monotonic()
            try:
                exchange = self._exchange or await self._open()
            except (*LINK_ERRORS, asyncio.CancelledError) as error:
                await self.close()
                if isinstance(error, asyncio.CancelledError) and is_wanted(error):
                    raise
                down = Failure(f"no connection to the broker: {error!r}", Fault.LINK)
                return dict.fromkeys((envelope.event_id for envelope in batch), down)
            answers = await asyncio.gather(*(_publish(exchange, envelope) for envelope in batch))
            if any(answer is not None and answer.fault is Fault.LINK for answer in answers):
                await self.close()
            if any(answer is None or answer.fault is not Fault.LINK for answer in answers):
                self._waiting_since = None
        return {envelope.event_id: answer for envelope, answer in zip(batch, answers, strict=True)}

    async def _open(self) -> AbstractExchange:
        self._connection = await connect(self._url)
        channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
        self._exchange = await channel.get_exchange(EVENTS)
        return self._exchange

    async def close(self) -> None:
        """Give up the connection; the next publish opens another one."""
        connection, self._connection, self._exchange = self._connection, None, None
        if connection is not None:
            await disconnect(connection)


async def _publish(exchange: AbstractExchange, envelope: Envelope) -> Failure | None:
    try:
        async with asyncio.timeout(CONFIRM_WITHIN):
            answer = await exchange.publish(message_of(envelope), envelope.routing_key, mandatory=True)
    except PublishError:
        return Failure(
            "returned by the broker: nothing is bound, not even the queue for unrouted events", Fault.PERMANENT
        )
    except DeliveryError as error:
        return Failure(f"refused by the broker: {error!r}", Fault.REFUSED)
    except LINK_ERRORS as error:
        return Failure(f"no confirmation: {error!r}", Fault.LINK)
    except asyncio.CancelledError as cancelled:
        if is_wanted(cancelled):
            raise
        return Failure("the connection ended under the publish", Fault.LINK)
    if not isinstance(answer, Basic.Ack):
        return Failure(f"answered by {answer!r}", Fault.REFUSED)
    return None
