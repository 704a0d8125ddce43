"""Putting a parked message right by hand: one person proposes an edited copy, another one lets it run.

The copy has an id of its own, names the original as its cause, and goes to the one consumer that failed; the original
is put aside. So its effect happens once, and the trail tells who changed what.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, LargeBinary, Row, String, Uuid, column, select, table, text

from shared.actor import NotPermitted
from shared.database import Page, page
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.ids import new_id
from shared.operations import deeds
from shared.operations.confidential import is_confidential
from shared.operations.deeds import Named, NotParked
from shared.operations.desk import IN_SIGHT, Desk
from shared.operations.message import Message, contract_of, major_of, message, minor_of, schema_errors
from shared.reasons import because

COPY_OF = "throughline-copy-of"  # the attribute in which a copy names its original

PROPOSE = text(
    """
    with proposed as (
        insert into msg.edited_copy (id, tenant_id, consumer, event_id, body, reason, proposed_by)
        values (:id, :tenant, :consumer, :event_id, :body, :reason, :by)
        returning tenant_id, consumer, event_id
    )
    insert into msg.operation (tenant_id, by, action, consumer, event_id, reason, details)
    select tenant_id, :by, 'copy proposed', consumer, event_id, :reason, jsonb_build_object('copy', cast(:id as uuid))
    from proposed
    """
)
FOUND = f"select * from msg.edited_copy where id = :id and {IN_SIGHT}"  # noqa: S608 - a constant
DECIDE = text(
    """
    with decided as (
        update msg.edited_copy
        set state = :state, decided_by = :by, decided_at = clock_timestamp(), copy_id = :copy_id
        where id = :id returning tenant_id, consumer, event_id
    )
    insert into msg.operation (tenant_id, by, action, consumer, event_id, reason, details)
    select tenant_id, :by, 'copy ' || :state, consumer, event_id, :reason,
           jsonb_strip_nulls(jsonb_build_object('copy', cast(:id as uuid), 'runs as', cast(:copy_id as uuid)))
    from decided
    """
)
RUN = text(
    f"""
    insert into msg.inbox (consumer, event_id, status, tenant_id, type, subject, sequence, next_at, attributes, body)
    select consumer, cast(:copy_id as uuid), 'pending', tenant_id, type, subject, sequence, msg.clock(),
           attributes || jsonb_build_object('id', cast(:copy_id as uuid), 'causationid', event_id,
                                            '{COPY_OF}', event_id),
           cast(:body as bytea)
    from msg.inbox where consumer = :consumer and event_id = :event_id
    """  # noqa: S608 - a constant
)

edited_copies = table(
    "edited_copy",
    column("id", Uuid),
    column("tenant_id", Uuid),
    column("consumer", String),
    column("event_id", Uuid),
    column("body", LargeBinary),
    column("reason", String),
    column("proposed_by", String),
    column("proposed_at", DateTime(timezone=True)),
    column("state", String),
    column("decided_by", String),
    column("decided_at", DateTime(timezone=True)),
    column("copy_id", Uuid),
    schema="msg",
)
IsSamePerson = Callable[[str], Awaitable[bool]]


class NoSuchCopy(NotFound):
    """There is no such edited copy."""


class CopyDecided(Conflict):
    """This edited copy was approved or refused already.

    Propose another one if the message is still parked.
    """


class OwnCopy(Forbidden):
    """Nobody lets an edited message run that they have edited themselves.

    Ask another administrator to look at it.
    """


class WrongPayload(Invalid):
    """This payload is not what the contract of the event asks for.

    Correct what the field named here says; `schema_errors` of the message show what was wrong with the original.
    """


@dataclass(frozen=True)
class Proposal:
    """An edited copy with what it says (None where that is for auditors), and its original."""

    row: Row[Any]
    original: Message
    payload: Any


async def propose(desk: Desk, named: Named, payload: Mapping[str, Any], reason: str) -> UUID:
    """Propose to run `payload` instead of a parked message's own; gives the copy's id.

    Raises NoSuchMessage, NotParked, NotPermitted, WrongPayload.
    """
    row = await _must_see(desk, named)
    kind = contract_of(row.type)
    if row.status != "parked" or "." not in row.consumer or kind is None:
        raise NotParked()
    body = json.dumps(payload, ensure_ascii=False).encode()
    if errors := schema_errors(row.type, minor_of(row), body):
        raise WrongPayload(errors[0].what, field=f"/payload{errors[0].where}")
    subject = kind.read(major_of(row.type), minor_of(row), body).subject
    if subject != row.subject:
        raise WrongPayload(
            because(
                "It is about %(subject)s, the message is about %(subject_2)s.", subject=subject, subject_2=row.subject
            ),
            field="/payload",
        )
    copy_id = new_id()
    values = {"id": copy_id, "consumer": named.consumer, "event_id": named.event_id, "body": body, "reason": reason}
    await desk.session.execute(PROPOSE, {**values, **desk.sight, "by": desk.by})
    return copy_id


async def approve(desk: Desk, copy_id: UUID, reason: str, is_same_person: IsSamePerson) -> UUID:
    """Run an edited copy instead of its original; gives the id it runs as.

    Raises NoSuchCopy, CopyDecided, OwnCopy, NotPermitted, NotParked when the original was dealt with meanwhile.
    """
    found = await _undecided(desk, copy_id)
    if await is_same_person(found.proposed_by):
        raise OwnCopy()
    original = Named(found.consumer, found.event_id)
    await _must_see(desk, original)
    await deeds.must_do(desk, deeds.discard, [original], f"replaced by the edited copy {copy_id}")
    runs_as = new_id()
    values = {"copy_id": runs_as, "body": found.body, "consumer": found.consumer, "event_id": found.event_id}
    await desk.session.execute(RUN, values)
    await _decide(desk, copy_id, "approved", reason, runs_as)
    return runs_as


async def refuse(desk: Desk, copy_id: UUID, reason: str) -> None:
    """Refuse an edited copy; the original stays parked. Raises NoSuchCopy, CopyDecided."""
    await _undecided(desk, copy_id)
    await _decide(desk, copy_id, "refused", reason, None)


async def proposal(desk: Desk, copy_id: UUID) -> Proposal:
    """An edited copy beside its original. Raises NoSuchCopy."""
    row = await _found(desk, copy_id)
    original = await message(desk, row.consumer, row.event_id)
    shown = desk.sees_confidential or not is_confidential(original.row.type)
    return Proposal(row, original, json.loads(row.body) if shown else None)


async def listed(desk: Desk, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """Edited copies, the latest first, without what they say."""
    rows = select(edited_copies)
    if desk.tenant_id is not None:
        rows = rows.where(edited_copies.c.tenant_id == desk.tenant_id)
    return await page(desk.session, rows, keys=(edited_copies.c.id,), cursor=cursor, limit=limit, descending=True)


async def _found(desk: Desk, copy_id: UUID, locking: str = "") -> Row[Any]:
    found = (await desk.session.execute(text(FOUND + locking), {"id": copy_id, **desk.sight})).one_or_none()
    if found is None:
        raise NoSuchCopy()
    return found


async def _undecided(desk: Desk, copy_id: UUID) -> Row[Any]:
    found = await _found(desk, copy_id, " for update")
    if found.state != "proposed":
        raise CopyDecided(
            because("This edited copy was %(state)s by %(decided_by)s.", state=found.state, decided_by=found.decided_by)
        )
    return found


async def _must_see(desk: Desk, named: Named) -> Row[Any]:
    row = (await message(desk, named.consumer, named.event_id)).row
    if is_confidential(row.type) and not desk.sees_confidential:
        raise NotPermitted(because("This message may tell costs: its editing needs the role auditor, too."))
    return row


async def _decide(desk: Desk, copy_id: UUID, state: str, reason: str, runs_as: UUID | None) -> None:
    values = {"id": copy_id, "state": state, "by": desk.by, "reason": reason, "copy_id": runs_as}
    await desk.session.execute(DECIDE, values)
