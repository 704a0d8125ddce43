"""Every event there is, as its publisher keeps it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from deploy.checker.look import Look

COLUMNS = "event_id, tenant_id, type, subject, correlation_id, causation_id, traceparent, occurred_at, payload"
ANNOUNCED = f"""
select {COLUMNS}, sequence, true as is_sent from msg.event_log
union all select {COLUMNS}, id, false from msg.outbox
union all select {COLUMNS}, id, false from msg.outbox_parked
"""  # noqa: S608 - put together from constants


@dataclass(frozen=True)
class Announced:
    """One event; `is_sent` once its publisher took it for safe with the broker."""

    service: str
    event_id: UUID
    tenant_id: UUID
    type: str
    subject: str
    sequence: int
    correlation_id: UUID
    causation_id: UUID | None
    traceparent: str | None
    occurred_at: datetime
    is_sent: bool
    payload: bytes

    @property
    def kind(self) -> str:
        """Its type without prefix and version."""
        return self.type.removeprefix("throughline.").rpartition(".v")[0]

    @property
    def told(self) -> dict[str, Any]:
        """What it says."""
        said: dict[str, Any] = json.loads(self.payload)
        return said

    @property
    def trace(self) -> str:
        """The trace that it was announced in, 32 hex digits; empty outside of any."""
        return self.traceparent.split("-")[1] if self.traceparent else ""

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


async def announced(look: Look) -> list[Announced]:
    """The events of every service: waiting, sent or put aside."""
    return [
        Announced(service=service, **row) for service in look.services for row in await look.rows(service, ANNOUNCED)
    ]
