"""What an operator does with parked messages: let them run again, put them aside for good, write a note.

Every deed is written down in the statement that does it, message by message.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from shared.errors import Conflict
from shared.operations.desk import IN_SIGHT, Desk
from shared.operations.message import NoSuchMessage

WANTED = """
    wanted as (select * from unnest(cast(:consumers as text[]), cast(:event_ids as uuid[])) as one (consumer, event_id))
"""
WRITTEN = """
    written as (
        insert into msg.operation (tenant_id, by, action, consumer, event_id, reason)
        select tenant_id, :by, :action, consumer, event_id, :reason from moved
    )
    select consumer, event_id from moved
"""
THESE = f"inbox.consumer = wanted.consumer and inbox.event_id = wanted.event_id and status = 'parked' and {IN_SIGHT}"
MOVED = "returning inbox.consumer, inbox.event_id, tenant_id"
# A consumer of the code has a dot in its name. What is parked for the service as a whole has nobody to run it.
REQUEUE = text(
    f"""
    with {WANTED}, moved as (
        update msg.inbox as inbox
        set status = 'pending', attempts = 0, crashes = 0, next_at = msg.clock(), finished_at = null,
            waiting_for = null, waiting_since = null
        from wanted where {THESE} and strpos(inbox.consumer, '.') > 0 {MOVED}
    ), {WRITTEN}
    """  # noqa: S608 - constants
)
DISCARD = text(
    f"""
    with {WANTED}, moved as (
        update msg.inbox as inbox set status = 'discarded', next_at = null, finished_at = msg.clock(),
                                      waiting_for = null, waiting_since = null
        from wanted where {THESE} {MOVED}
    ), {WRITTEN}
    """  # noqa: S608 - constants
)
THESE_UNSENT = f"""
    where event_id = any(cast(:event_ids as uuid[])) and discarded_at is null and {IN_SIGHT}
"""
COLUMNS = """lane, id, event_id, tenant_id, type, schema_minor, subject, correlation_id, causation_id, traceparent,
             occurred_at, recorded_at, payload"""
REQUEUE_UNSENT = text(
    f"""
    with gone as (delete from msg.outbox_parked {THESE_UNSENT} returning *),
    back as (insert into msg.outbox ({COLUMNS}) overriding system value select {COLUMNS} from gone),
    moved as (select 'outbox' as consumer, event_id, tenant_id from gone), {WRITTEN}
    """  # noqa: S608 - constants
)
DISCARD_UNSENT = text(
    f"""
    with gone as (update msg.outbox_parked set discarded_at = msg.clock() {THESE_UNSENT} returning event_id, tenant_id),
    moved as (select 'outbox' as consumer, event_id, tenant_id from gone), {WRITTEN}
    """  # noqa: S608 - constants
)
KNOWN = text(
    f"""
    with {WANTED}
    select exists (select from msg.inbox join wanted using (consumer, event_id) where {IN_SIGHT})
        or exists (select from msg.outbox_parked join wanted using (event_id)
                   where wanted.consumer = 'outbox' and {IN_SIGHT})
    """  # noqa: S608 - constants
)
NOTE = text(
    f"""
    with {WANTED}, moved as (
        select consumer, event_id, tenant_id from msg.inbox join wanted using (consumer, event_id) where {IN_SIGHT}
        union all
        select wanted.consumer, event_id, tenant_id from msg.outbox_parked join wanted using (event_id)
        where wanted.consumer = 'outbox' and {IN_SIGHT}
    ), {WRITTEN}
    """  # noqa: S608 - constants
)


class NotParked(Conflict):
    """None of these messages is parked for somebody who could act on it.

    Look at each one: it may have been requeued or discarded already, or nobody here reacts to its kind.
    """


@dataclass(frozen=True)
class Named:
    """A message by its name: which one, for which consumer (`outbox` for what could not be sent)."""

    consumer: str
    event_id: UUID


Deed = Callable[[Desk, Sequence[Named], str], Awaitable[list[Named]]]


async def requeue(desk: Desk, chosen: Sequence[Named], reason: str) -> list[Named]:
    """Let parked messages run again from the beginning; gives those that do, the others are left as they are."""
    return [
        *await _do(desk, REQUEUE, "requeued", chosen, reason),
        *await _do(desk, REQUEUE_UNSENT, "requeued", _unsent(chosen), reason),
    ]


async def discard(desk: Desk, chosen: Sequence[Named], reason: str) -> list[Named]:
    """Put parked messages aside for good, without deleting anything; gives those that were."""
    return [
        *await _do(desk, DISCARD, "discarded", chosen, reason),
        *await _do(desk, DISCARD_UNSENT, "discarded", _unsent(chosen), reason),
    ]


async def note(desk: Desk, chosen: Named, said: str) -> None:
    """Write something down about a message. Raises NoSuchMessage."""
    if not await _do(desk, NOTE, "note", [chosen], said):
        raise NoSuchMessage()


async def must_do(desk: Desk, deed: Deed, chosen: Sequence[Named], reason: str) -> list[Named]:
    """Do `deed` with some of the `chosen` at least. Raises NoSuchMessage, NotParked."""
    done = await deed(desk, chosen, reason)
    if not done:
        known = await desk.session.scalar(KNOWN, {**_columns(chosen), **desk.sight})
        raise NotParked() if known else NoSuchMessage()
    return done


async def _do(desk: Desk, statement: object, action: str, chosen: Sequence[Named], reason: str) -> list[Named]:
    if not chosen:
        return []
    values = {**_columns(chosen), **desk.sight, "by": desk.by, "action": action, "reason": reason}
    rows = await desk.session.execute(statement, values)  # type: ignore[call-overload]
    return [Named(row.consumer, row.event_id) for row in rows]


def _unsent(chosen: Sequence[Named]) -> list[Named]:
    return [one for one in chosen if one.consumer == "outbox"]


def _columns(chosen: Sequence[Named]) -> dict[str, list[object]]:
    return {"consumers": [one.consumer for one in chosen], "event_ids": [one.event_id for one in chosen]}
