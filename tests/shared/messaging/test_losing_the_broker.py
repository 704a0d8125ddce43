"""What is under way when the line to the broker breaks, or when a receiver ends, is neither lost nor taken for done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest

from shared.ids import new_id
from shared.messaging.inbox import Delivery, Inbox
from shared.messaging.rabbitmq import RabbitMQ
from shared.messaging.transport import Fault
from tests.shared.messaging.deliveries import an_envelope
from tests.shared.messaging.probe import Noted, Unheard
from tests.shared.messaging.suite import eventually, value


class Line:
    """A line to the broker that can be held, so that nothing comes back by it, and cut."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()
        self._writers: list[asyncio.StreamWriter] = []
        self._carriers: list[asyncio.Task[None] | None] = []
        self.sent = 0

    def hold(self) -> None:
        """Let nothing through any more."""
        self._open.clear()
        self.sent = 0

    def cut(self) -> None:
        """End every connection without a word."""
        self._open.set()
        for writer in self._writers:
            writer.transport.abort()

    @asynccontextmanager
    async def to(self, url: str) -> AsyncIterator[str]:
        """The address of the line to the broker at `url`."""
        there = urlsplit(url)

        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._carriers.append(asyncio.current_task())
            answers, questions = await asyncio.open_connection(there.hostname, there.port)
            self._writers += [writer, questions]
            await asyncio.gather(self._pass_on(reader, questions), self._pass_on(answers, writer))

        server = await asyncio.start_server(carry, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            yield there._replace(netloc=f"{there.username}:{there.password}@127.0.0.1:{port}").geturl()
        finally:
            self.cut()
            server.close()
            await asyncio.gather(*filter(None, self._carriers))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while some := await reader.read(65_536):
                self.sent += len(some)
                await self._open.wait()
                writer.write(some)
        except ConnectionError:
            pass
        finally:
            writer.transport.abort()


@pytest.mark.parametrize("ending", ["cut", "closed from here"])
async def test_a_publish_whose_connection_ends_is_a_link_failure(broker_url: str, ending: str) -> None:
    first, *others = [an_envelope(Unheard(thing_id=new_id())) for _ in range(4)]
    line = Line()
    async with line.to(broker_url) as url:
        transport = RabbitMQ(url)
        assert await transport.publish([first]) == {first.event_id: None}
        line.hold()
        publishing = asyncio.create_task(transport.publish(others))

        async def under_way() -> bool:
            return line.sent > 0

        await eventually(under_way)
        if ending == "cut":
            line.cut()
        closing = asyncio.create_task(transport.close())  # says so to whoever waits by a CancelledError
        outcome = await publishing
        await closing

    assert [failure and failure.fault for failure in outcome.values()] == [Fault.LINK] * 3


async def test_a_receiver_that_ends_before_the_commit_leaves_the_message_behind(inbox: Inbox, broker_url: str) -> None:
    envelope = an_envelope(Noted(thing_id=new_id(), number=1))
    asked: list[str | None] = []

    class NeverKeeps(Inbox):
        async def accept(self, batch: Sequence[Delivery]) -> None:
            asked.extend(delivery.message_id for delivery in batch)
            raise ConnectionResetError("away")

    async def was_asked() -> bool:
        return str(envelope.event_id) in asked

    async def has_it() -> bool:
        query = "select exists (select from msg.inbox where event_id = :event_id)"
        return bool(await value(inbox.database, query, event_id=envelope.event_id))

    transport = RabbitMQ(broker_url)
    assert await transport.publish([envelope]) == {envelope.event_id: None}
    for filled, happened in ((NeverKeeps(inbox.service, inbox.reactions, inbox.database), was_asked), (inbox, has_it)):
        receiving = asyncio.create_task(transport.receive(filled))
        await eventually(happened)
        receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)
    await transport.close()
