"""A wire between a service and its broker or database, in our own hands: it may be cut, hang, or be slow."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

CHUNK = 64 * 1024
DELAY_SECONDS = (0.02, 0.25)
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Wire:
    """Passes on what either side sends. `open_there` opens the far side; `counted` tells what it did to connections."""

    open_there: Callable[[], Awaitable[Ends]]
    chance: Random
    harmed: int = 0
    """How many connections have felt that something is wrong."""
    _mode: str = ""
    _flowing: asyncio.Event = field(default_factory=asyncio.Event)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _server: asyncio.Server | None = None

    def __post_init__(self) -> None:
        self._flowing.set()

    async def listen_on_port(self, port: int) -> None:
        """Take connections on a port of this machine."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", port)

    async def listen_on_socket(self, path: str) -> None:
        """Take connections on a socket in the file system."""
        self._server = await asyncio.start_unix_server(self._connected, path)

    def go_wrong(self, mode: str) -> None:
        """`cut`: every connection breaks, new ones are refused; `half_open`: all are silent; `delay`: all are slow."""
        self._mode = mode
        self.harmed += len(self._writers) // 2
        if mode == "cut":
            for writer in self._writers:
                writer.transport.abort()
        if mode == "half_open":
            self._flowing.clear()

    def heal(self) -> None:
        """Be a wire again; what was held back is passed on."""
        self._mode = ""
        self._flowing.set()

    async def close(self) -> None:
        """Take no more connections and end those there are."""
        self.heal()
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.harmed += bool(self._mode)
        if self._mode == "cut":
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await self.open_there()
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, far_writer}
        try:
            await asyncio.gather(self._pass_on(reader, far_writer), self._pass_on(far_reader, writer))
        finally:
            self._writers -= {writer, far_writer}

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK):
                await self._flowing.wait()
                if self._mode == "delay":
                    await asyncio.sleep(self.chance.uniform(*DELAY_SECONDS))
                writer.write(chunk)
                await writer.drain()
        writer.transport.abort() if self._mode == "cut" else writer.close()
