"""The log-in of an ERP, and the batches that are its own."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.errors import NotFound


class NoSuchReceiver(NotFound):
    """There is no such receiver of batches."""


class NotReceived(NotFound):
    """You receive no batches of this legal entity.

    Have an administrator appoint your log-in with PUT /batch-receivers/{id}.
    """


@dataclass(frozen=True)
class Receiver:
    """The log-in `subject` fetches and answers a legal entity's batches made for `target`; without one, all of them."""

    id: UUID
    legal_entity: str
    subject: str
    target: str | None
