"""What carries events between services, whichever way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from shared.messaging.envelope import Envelope
    from shared.messaging.inbox import Inbox


class Fault(Enum):
    """Whose fault it is that an event was not taken."""

    LINK = "link"  # nobody's: the other side is away or overloaded; costs the event no attempt
    REFUSED = "refused"  # this event was refused, which may pass
    PERMANENT = "permanent"  # this event can never be sent


@dataclass(frozen=True)
class Failure:
    """Why an event was not taken."""

    reason: str
    fault: Fault


Outcome = dict[UUID, Failure | None]  # by event id; None: safely with the transport, to be forgotten by the sender


@dataclass(frozen=True)
class LinkState:
    """How a transport finds the other side: messages in each queue, and how long a sender has waited."""

    transport: str
    reachable: bool = True
    blocked_seconds: int = 0
    queues: dict[str, int] = field(default_factory=dict)
    fault: str | None = None


class Transport(Protocol):
    """Carries events: at least once, each to every service that reacts to it."""

    async def publish(self, batch: Sequence[Envelope]) -> Outcome:
        """Send `batch` (distinct ids, at most 100); the answer has every id. Never raises but when cancelled."""

    async def receive(self, inbox: Inbox) -> None:
        """Fill `inbox` with what arrives for its service, until cancelled or the link breaks."""

    async def receive_dead(self, inbox: Inbox) -> None:
        """Park in `inbox` what could not even be received, until cancelled or the link breaks."""

    async def state(self, service: str) -> LinkState:
        """How the other side is found right now, with the queues of `service`; a few seconds at most, never raises."""

    async def close(self) -> None:
        """Let go of every connection."""


class Replays(Protocol):
    """Carries events that were sent before, to one consumer."""

    async def replay(self, batch: Sequence[Envelope], to: str, replay_id: UUID) -> Outcome:
        """Send `batch` (distinct ids, at most 100) to the consumer `to`; what it does not take fails for good."""


class LinkDown(Exception):
    """The other side cannot be reached, or takes nothing; whoever meets this waits and tries again."""
