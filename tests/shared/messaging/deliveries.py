"""Messages as they arrive, whole or broken in a given way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from shared.clock import wall_clock
from shared.contracts.base import Event
from shared.ids import new_id
from shared.messaging.envelope import PREFIX, Envelope
from shared.messaging.inbox import Delivery
from tests.shared.messaging.probe import MERIDIAN, Noted


def an_envelope(event: Event, sequence: int = 1, tenant_id: UUID = MERIDIAN) -> Envelope:
    """The envelope of `event` as it would come out of an outbox."""
    return Envelope(
        event_id=new_id(),
        tenant_id=tenant_id,
        type=event.type,
        schema_minor=event.minor,
        subject=event.subject,
        sequence=sequence,
        correlation_id=new_id(),
        causation_id=None,
        traceparent=None,
        occurred_at=wall_clock(),
        recorded_at=wall_clock(),
        body=event.model_dump_json().encode(),
    )


def a_delivery(event: Event, sequence: int = 1, tenant_id: UUID = MERIDIAN) -> Delivery:
    """`event` as it arrives."""
    return delivered(an_envelope(event, sequence, tenant_id))


def delivered(envelope: Envelope, body: bytes | None = None, **attributes: Any) -> Delivery:
    """`envelope` as it arrives, with another body or other attributes (None: left out)."""
    headers: dict[str, Any] = {**envelope.headers(), **{PREFIX + name: value for name, value in attributes.items()}}
    present = {name: value for name, value in headers.items() if value is not None}
    return Delivery(present, envelope.body if body is None else body, str(envelope.event_id))


def broken_ones() -> dict[str, Delivery]:
    """One message for every reason to park it at once, by that reason."""
    whole = an_envelope(Noted(thing_id=new_id(), number=1))
    again = iter(lambda: replace(whole, event_id=new_id()), None)
    return {
        "invalid_json": delivered(next(again), b"\x80 no json"),
        "wrong_schema": delivered(next(again), b'{"thing_id": "one", "number": "many"}'),
        "nul": delivered(next(again), Noted(thing_id=new_id(), number=2, text="a\x00b").model_dump_json().encode()),
        "unknown_major": delivered(next(again), type="throughline.writer.thing.noted.v2"),
        "too_large": delivered(next(again), b"x" * (2 * 1024 * 1024)),
        "no_tenant": delivered(next(again), tenantid=None),
        "bad_envelope": delivered(next(again), subject="no subject at all\x00"),
    }
