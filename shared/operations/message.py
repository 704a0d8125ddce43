"""One message as an operator looks at it: envelope, what it says, what is wrong with that, and who waits behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import Row, text

from shared.contracts.base import REGISTRY, Event
from shared.contracts.upcasting import NotUpcast
from shared.errors import NotFound
from shared.operations.confidential import is_confidential
from shared.operations.desk import IN_SIGHT, Desk
from shared.operations.parked import OUTBOX, WITHHELD, error_text_for
from shared.telemetry import routing_key

VERSION = re.compile(r"\.v[0-9]+$")
SHOWN = 20  # messages that wait behind, besides their number
INBOX_MESSAGE = text(
    f"""
    select consumer, event_id, tenant_id, status, type, subject, sequence, attempts, crashes, received_at, finished_at,
           waiting_for, attributes, body, error_type, error_text, error_fingerprint as fingerprint,
           attributes ->> 'traceparent' as traceparent
    from msg.inbox where consumer = :consumer and event_id = :event_id and {IN_SIGHT}
    """  # noqa: S608 - IN_SIGHT is a constant
)
OUTBOX_MESSAGE = text(
    f"""
    select :consumer as consumer, event_id, tenant_id,
           case when discarded_at is null then 'parked' else 'discarded' end as status,
           type, subject, id as sequence, attempts, 0 as crashes, recorded_at as received_at, parked_at as finished_at,
           null as waiting_for,
           jsonb_build_object('id', event_id, 'type', type, 'subject', subject, 'tenantid', tenant_id,
                              'time', occurred_at, 'correlationid', correlation_id, 'causationid', causation_id,
                              'sequence', id, 'schemaminor', schema_minor) as attributes,
           payload as body, 'unpublishable' as error_type, last_error as error_text, null as fingerprint, traceparent
    from msg.outbox_parked where event_id = :event_id and {IN_SIGHT}
    """  # noqa: S608 - IN_SIGHT is a constant
)
# Later news of the same thing, and whatever cannot go on before this thing is known.
BEHIND = text(
    """
    select consumer, event_id, type, status, received_at, count(*) over () as all_of_them
    from msg.inbox
    where status in ('pending', 'retry', 'waiting', 'parked') and tenant_id = :tenant_id
      and (consumer = :consumer and subject = :subject and sequence > :sequence or waiting_for = :subject)
    order by received_at, event_id limit :shown
    """
)
OUTBOX_BEHIND = text(
    """
    select 'outbox' as consumer, event_id, type, 'pending' as status, recorded_at as received_at,
           count(*) over () as all_of_them
    from msg.outbox where tenant_id = :tenant_id and subject = :subject and id > :sequence order by id limit :shown
    """
)
HISTORY = text(
    """
    select at, by, action, reason, details from msg.operation
    where event_id = :event_id and consumer = :consumer order by id
    """
)


class NoSuchMessage(NotFound):
    """There is no such message, or it is none of yours.

    `consumer` and `event_id` name a message together, as the lists of parked messages show them.
    """


@dataclass(frozen=True)
class SchemaError:
    """Where in a payload something is wrong, as a JSON pointer, and what."""

    where: str
    what: str


@dataclass(frozen=True)
class Message:
    """One message; `payload` is what it says as JSON, or `text` its body as far as it can be read."""

    row: Row[Any]
    attributes: Mapping[str, Any]
    payload: Any
    text: str | None
    schema_errors: Sequence[SchemaError]
    error_text: str | None
    behind: Sequence[Row[Any]]
    behind_count: int
    history: Sequence[Row[Any]]

    @property
    def trace_id(self) -> str | None:
        """The trace of whoever announced it, 32 hexadecimal digits."""
        traceparent: str | None = self.row.traceparent
        return traceparent.split("-")[1] if traceparent and traceparent.count("-") == 3 else None

    @property
    def requeued_at(self) -> list[datetime]:
        """When operators let it run again."""
        return [deed.at for deed in self.history if deed.action == "requeued"]


async def message(desk: Desk, consumer: str, event_id: UUID) -> Message:
    """One message for one consumer, in whatever state. Raises NoSuchMessage."""
    named = {"consumer": consumer, "event_id": event_id}
    statement = OUTBOX_MESSAGE if consumer == OUTBOX else INBOX_MESSAGE
    row = (await desk.session.execute(statement, {**named, **desk.sight})).one_or_none()
    if row is None:
        raise NoSuchMessage()
    place = {"tenant_id": row.tenant_id, "subject": row.subject, "sequence": row.sequence, "shown": SHOWN}
    if consumer == OUTBOX:
        behind = (await desk.session.execute(OUTBOX_BEHIND, place)).all()
    else:
        behind = (await desk.session.execute(BEHIND, {**place, "consumer": consumer})).all()
    history = (await desk.session.execute(HISTORY, named)).all()
    shown = desk.sees_confidential or not is_confidential(row.type)
    payload, plain = _read(row.body) if shown else (None, WITHHELD)
    return Message(
        row=row,
        attributes=row.attributes or {},
        payload=payload,
        text=plain,
        schema_errors=schema_errors(row.type, minor_of(row), row.body) if shown else [],
        error_text=error_text_for(desk, row),
        behind=behind,
        behind_count=behind[0].all_of_them if behind else 0,
        history=history,
    )


def minor_of(row: Row[Any]) -> int:
    """The minor version that the envelope of a message names."""
    said = str((row.attributes or {}).get("schemaminor", ""))
    return int(said) if said.isdecimal() else 0


def contract_of(event_type: str | None) -> type[Event] | None:
    """The contract by which an event is read here, also that of a later version than its own."""
    if event_type is None or not VERSION.search(event_type):
        return None
    for kind in REGISTRY.values():
        if routing_key(kind.type) == routing_key(event_type) and kind.upcasters.reach(major_of(event_type)):
            return kind
    return None


def major_of(event_type: str) -> int:
    """The major version in the name of an event."""
    return int(event_type.rpartition(".v")[2])


def schema_errors(event_type: str | None, minor: int, body: bytes | None) -> list[SchemaError]:
    """What does not fit the contract of `event_type`; nothing where the contract is not known here."""
    kind = contract_of(event_type)
    if kind is None or event_type is None or body is None:
        return []
    try:
        kind.read(major_of(event_type), minor, body)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        return [SchemaError("".join(f"/{part}" for part in fault["loc"]), fault["msg"]) for fault in faults]
    except NotUpcast as error:
        return [SchemaError("", str(error))]
    return []


def _read(body: bytes | None) -> tuple[Any, str | None]:
    if body is None:
        return None, None
    try:
        return json.loads(body), None
    except ValueError:
        return None, bytes(body).decode(errors="replace")
