"""How much of everybody's machine one caller may take."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from shared.errors import Refused

MIB = 1024 * 1024
BODY_BYTES = 1 * MIB  # `max_body_size=…` of a route allows more, up to UPLOAD_BYTES
UPLOAD_BYTES = 20 * MIB
KEPT_BUCKETS = 10_000


class TooManyRequests(Refused):
    """You sent more requests than one caller may.

    Wait as many seconds as the header `Retry-After` says, then go on more slowly.
    """

    def __init__(self, retry_after: int) -> None:
        """Refuse for `retry_after` seconds."""
        super().__init__()
        self.retry_after = retry_after


class BodyTooLarge(Refused):
    """The body of this request is larger than this address takes.

    Send less at once: 1 MiB, or as much as the description of the address says.
    """


class BodyEncoded(Refused):
    """Compressed request bodies are not taken.

    Send the body as it is, without the header `Content-Encoding`.
    """


class BodyTimedOut(Refused):
    """The body of this request did not arrive in time.

    Try again over a better connection, or send less at once.
    """


class TookTooLong(Refused):
    """This took longer than a request may, and was undone.

    Try again later, with less at once. Use the same Idempotency-Key.
    """


@dataclass(frozen=True)
class Limits:
    """Requests per second of one subject and how many may come at once; seconds to send a body and to be answered.

    `requests_per_second` None means as many as they like.
    """

    requests_per_second: float | None = 100
    burst: int = 200
    body_seconds: float = 15
    answer_seconds: float = 30


class Rate:
    """A bucket of tokens for each subject, filled steadily: each request takes one."""

    def __init__(self, limits: Limits, tick: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._tick = tick
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, subject: str) -> None:
        """Count one request of `subject`. Raises TooManyRequests."""
        per_second = self._limits.requests_per_second
        if per_second is None:
            return
        now = self._tick()
        tokens, at = self._buckets.get(subject, (float(self._limits.burst), now))
        tokens = min(self._limits.burst, tokens + (now - at) * per_second)
        if tokens < 1:
            raise TooManyRequests(math.ceil((1 - tokens) / per_second))
        if len(self._buckets) >= KEPT_BUCKETS:
            self._forget_full(now, per_second)
        self._buckets[subject] = (tokens - 1, now)

    def _forget_full(self, now: float, per_second: float) -> None:
        full_after = self._limits.burst / per_second
        self._buckets = {who: one for who, one in self._buckets.items() if now - one[1] < full_after}
