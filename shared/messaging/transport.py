"""What carries events between services, whichever way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


class Transport(Protocol):
    """Carries events: at least once, each to every service that reacts to it."""

    async def publish(self, batch: Sequence[Envelope]) -> Outcome:
        """Send `batch` (distinct ids, at most 100); the answer has every id. Never raises but when cancelled."""

    async def receive(self, inbox: Inbox) -> None:
        """Fill `inbox` with what arrives for its service, until cancelled or the link breaks."""

    async def receive_dead(self, inbox: Inbox) -> None:
        """Park in `inbox` what could not even be received, until cancelled or the link breaks."""

    async def close(self) -> None:
        """Let go of every connection."""


class LinkDown(Exception):
    """The other side cannot be reached, or takes nothing; whoever meets this waits and tries again."""
