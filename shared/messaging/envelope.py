"""The envelope of an event: CloudEvents 1.0 in binary mode, attributes in the headers and the fact in the body.

The names follow the CloudEvents binding for AMQP as RabbitMQ maps it (prefix `cloudEvents_`). The tenant travels here
and nowhere else. The trace context appears twice: as the extension that keeps where the event was created, and
as the plain header that tracing tools read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.telemetry import routing_key

PREFIX = "cloudEvents_"
REPLAY_TO, REPLAY_ID = "throughline_replay_to", "throughline_replay_id"
BODY_MAX = 1024 * 1024  # bytes; anything larger belongs behind a reference
SEQUENCE_DIGITS = 20  # as many as the largest bigint, so that sequences sort as text
SEQUENCE_MAX = 2**63 - 1
TYPE = re.compile(r"^throughline\.([a-z]+)\.[a-z_]+\.[a-z_]+\.v[1-9]\d{0,3}$")
SUBJECT = re.compile(r"^[a-z_]{1,40}/[!-~]{1,200}$")
TRACEPARENT = re.compile(r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")


class Poison(Exception):
    """A message that is not an event of ours; `reason` is a stable code, the text says what is wrong."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


@dataclass(frozen=True)
class Envelope:
    """One event as it travels; `body` is the very bytes that were kept when it was announced."""

    event_id: UUID
    tenant_id: UUID
    type: str
    schema_minor: int
    subject: str
    sequence: int
    correlation_id: UUID
    causation_id: UUID | None
    traceparent: str | None
    occurred_at: datetime
    recorded_at: datetime
    body: bytes

    @property
    def routing_key(self) -> str:
        """The key it is routed by: its type without prefix and version."""
        return routing_key(self.type)

    @property
    def major(self) -> int:
        """The major version of its contract."""
        return int(self.type.rpartition(".v")[2])

    @property
    def publisher(self) -> str:
        """The service that announced it."""
        return self.type.split(".")[1]

    def attributes(self) -> dict[str, str]:
        """The CloudEvents attributes by their plain names, all of them text."""
        optional = {"causationid": self.causation_id, "traceparent": self.traceparent}
        return {
            "specversion": "1.0",
            "id": str(self.event_id),
            "source": f"/throughline/{self.publisher}",
            "type": self.type,
            "subject": self.subject,
            "time": self.occurred_at.isoformat(),
            "dataschema": f"urn:throughline:contracts:{self.routing_key}:{self.major}.{self.schema_minor}",
            "partitionkey": self.subject,
            "sequence": f"{self.sequence:0{SEQUENCE_DIGITS}d}",
            "correlationid": str(self.correlation_id),
            "recordedtime": self.recorded_at.isoformat(),
            "tenantid": str(self.tenant_id),
            "schemaminor": str(self.schema_minor),
            **{name: str(value) for name, value in optional.items() if value is not None},
        }

    def replayed(self, to: str, replay_id: UUID) -> dict[str, str]:
        """The message's headers when it is sent again, to the consumer `to` alone."""
        return self.headers() | {REPLAY_TO: to, REPLAY_ID: str(replay_id)}

    def headers(self) -> dict[str, str]:
        """The message's headers."""
        headers = {PREFIX + name: value for name, value in self.attributes().items()}
        return headers | ({"traceparent": self.traceparent} if self.traceparent else {})


def read(headers: Mapping[str, Any], body: bytes) -> Envelope:
    """The envelope of a received message; raises Poison when it is not one of ours, too large or without a tenant."""
    if len(body) > BODY_MAX:
        raise Poison("too_large", f"The body has {len(body)} bytes; at most {BODY_MAX} are accepted.")
    return read_attributes(
        {name.removeprefix(PREFIX): value for name, value in headers.items() if name.startswith(PREFIX)}, body
    )


def read_attributes(given: Mapping[str, Any], body: bytes) -> Envelope:
    """The envelope with the CloudEvents attributes `given`; raises Poison."""
    if not given.get("tenantid"):
        raise Poison("no_tenant", "The attribute tenantid is missing.")
    try:
        return Envelope(
            event_id=UUID(given["id"]),
            tenant_id=UUID(given["tenantid"]),
            type=_matching(TYPE, given["type"]),
            schema_minor=_whole(given.get("schemaminor", "0"), 2**15 - 1),
            subject=_matching(SUBJECT, given["subject"]),
            sequence=_whole(given["sequence"], SEQUENCE_MAX),
            correlation_id=UUID(given["correlationid"]),
            causation_id=UUID(given["causationid"]) if given.get("causationid") else None,
            traceparent=_matching(TRACEPARENT, given["traceparent"]) if given.get("traceparent") else None,
            occurred_at=_instant(given["time"]),
            recorded_at=_instant(given.get("recordedtime", given["time"])),
            body=body,
        )
    except KeyError as missing:
        raise Poison("bad_envelope", f"The attribute {missing.args[0]} is missing.") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise Poison("bad_envelope", f"An attribute is malformed: {error}") from None


def _matching(pattern: re.Pattern[str], value: str) -> str:
    if not pattern.fullmatch(value):
        raise ValueError(f"{value!r:.100} does not match {pattern.pattern}")
    return value


def _whole(value: str, largest: int) -> int:
    number = int(value)
    if not 0 <= number <= largest:
        raise ValueError(f"{number} is not between 0 and {largest}")
    return number


def _instant(value: str) -> datetime:
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError(f"{value!r:.100} has no offset from UTC")
    return instant
