"""Publishing to RabbitMQ so that "sent" means "kept by the broker"."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID

from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import DeliveryError, PublishError
from aiormq.channel import Channel
from pamqp.commands import Basic

from shared import telemetry
from shared.messaging.amqp import LINK_ERRORS, connect, disconnect, is_wanted, properties_of
from shared.messaging.envelope import Envelope
from shared.messaging.provisioning import EVENTS, REPLAYS
from shared.messaging.reactions import replay_key
from shared.messaging.transport import Failure, Fault, Outcome

log = logging.getLogger(__name__)
AMQP_PORT = 5672
CONFIRM_WITHIN = 5.0  # seconds; a broker in alarm holds publishers without a word


@dataclass(frozen=True)
class Letter:
    """An event, the key it is routed by and its headers."""

    envelope: Envelope
    routing_key: str
    headers: dict[str, str]


class Publisher:
    """One connection and one channel for sending; both are given up at the first sign of trouble."""

    def __init__(self, url: str) -> None:
        self._url = url
        address = urlsplit(url)
        self._server = (address.hostname or "", address.port or AMQP_PORT)
        self._connection: AbstractConnection | None = None
        self._channel: Channel | None = None
        self._opened: AbstractChannel | None = None
        self._known: set[str] = set()  # exchanges that are there
        self._turn = asyncio.Lock()
        self._waiting_since: float | None = None

    @property
    def blocked_seconds(self) -> int:
        """For how many seconds it has waited for the broker to confirm anything at all."""
        return int(time.monotonic() - self._waiting_since) if self._waiting_since is not None else 0

    async def publish(self, batch: Sequence[Envelope]) -> Outcome:
        """Publish `batch` to everybody who reacts to it."""
        return await self._send(EVENTS, [Letter(each, each.routing_key, each.headers()) for each in batch])

    async def replay(self, batch: Sequence[Envelope], to: str, replay_id: UUID) -> Outcome:
        """Publish `batch` for the consumer `to` alone; what it does not take is returned, and fails for good."""
        letters = [Letter(each, replay_key(each.routing_key, to), each.replayed(to, replay_id)) for each in batch]
        return await self._send(REPLAYS, letters)

    async def _send(self, to: str, letters: Sequence[Letter]) -> Outcome:
        """Send `letters` with all their confirmations under way at once; one batch at a time has the channel.

        No two messages with one id are ever under way together, because a return is matched by the id alone.
        """
        telemetry.sending_to(*self._server)
        async with self._turn:
            self._waiting_since = self._waiting_since or time.monotonic()
            if self._channel is not None and self._channel.is_closed:
                await self.close()
            try:
                channel = await self._open(to)
            except (*LINK_ERRORS, asyncio.CancelledError) as error:
                await self.close()
                if isinstance(error, asyncio.CancelledError) and is_wanted(error):
                    raise
                down = Failure(f"no connection to the broker: {error!r}", Fault.LINK)
                return dict.fromkeys((letter.envelope.event_id for letter in letters), down)
            answers = await asyncio.gather(*(_publish(channel, to, letter) for letter in letters))
            if any(answer is not None and answer.fault is Fault.LINK for answer in answers):
                await self.close()
            if any(answer is None or answer.fault is not Fault.LINK for answer in answers):
                self._waiting_since = None
        return {letter.envelope.event_id: answer for letter, answer in zip(letters, answers, strict=True)}

    async def _open(self, exchange: str) -> Channel:
        """The channel that there is or a new one, which knows that `exchange` is there."""
        if self._channel is None or exchange not in self._known:
            self._connection = self._connection or await connect(self._url)
            self._opened = self._opened or await self._connection.channel(
                publisher_confirms=True, on_return_raises=True
            )
            await self._opened.get_exchange(exchange)
            self._channel = cast(Channel, await self._opened.get_underlay_channel())
            self._known.add(exchange)
        return self._channel

    async def close(self) -> None:
        """Give up the connection; the next publish opens another one."""
        connection, self._connection, self._channel = self._connection, None, None
        self._opened = None
        self._known.clear()
        if connection is not None:
            await disconnect(connection)


async def _publish(channel: Channel, exchange: str, letter: Letter) -> Failure | None:
    """Publish by the layer below aio-pika's exchanges: those send, and wait for, each message by itself.

    With `wait=False` a batch leaves in few writes; that it arrived is what its confirmations say.
    """
    try:
        answer = await channel.basic_publish(
            letter.envelope.body,
            exchange=exchange,
            routing_key=letter.routing_key,
            properties=properties_of(letter.envelope, letter.headers),
            mandatory=True,
            timeout=CONFIRM_WITHIN,
            wait=False,
        )
    except PublishError:
        return Failure(
            f"returned by the broker: nothing is bound to {letter.routing_key} of {exchange}", Fault.PERMANENT
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
