"""A small closed-loop load generator: prepared HTTP/1.1 requests over kept connections, little parsed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median, quantiles

SUCCESS = b"HTTP/1.1 2"


class Refused(Exception):
    """The server under load refused a request; carries its answer."""


@dataclass(frozen=True)
class Load:
    """What came of one round: requests done, seconds it took, each latency in milliseconds."""

    requests: int
    seconds: float
    latencies: list[float]

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds

    @property
    def p50(self) -> float:
        """The median latency in milliseconds."""
        return median(self.latencies)

    @property
    def p99(self) -> float:
        """The latency that one request in a hundred exceeds, in milliseconds."""
        return quantiles(self.latencies, n=100)[98]


def request(method: str, path: str, body: bytes, token: str = "") -> bytes:
    """One prepared request."""
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"{authorization}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def drive(port: int, requests: Iterator[bytes], *, connections: int, seconds: float) -> Load:
    """Send `requests` over `connections` at once for `seconds`; raises Refused at the first answer but success."""
    latencies: list[float] = []
    began = time.perf_counter()
    ends = began + seconds
    await asyncio.gather(*(_one(port, requests, ends, latencies) for _ in range(connections)))
    return Load(len(latencies), time.perf_counter() - began, latencies)


async def _one(port: int, requests: Iterator[bytes], ends: float, latencies: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while (now := time.perf_counter()) < ends:
            writer.write(next(requests))
            await _answer(reader)
            latencies.append((time.perf_counter() - now) * 1000)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    at = head.lower().find(b"content-length:")
    length = int(head[at + 15 : head.find(b"\r\n", at)]) if at >= 0 else 0
    body = await reader.readexactly(length) if length else b""
    if not head.startswith(SUCCESS):
        raise Refused((head + body).decode(errors="replace"))
