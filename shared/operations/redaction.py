"""Redaction: what messages say about one thing is overwritten for good; ids, times and types stay.

It reaches what is kept: the event log, and what is parked. A parked message that was redacted never runs again. What
is still on its way is left alone and counted, because its consumers have not heard it yet: redact again later.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from shared.errors import Conflict
from shared.operations.desk import Desk
from shared.operations.trail import write

MARK = "[redacted]"
UP = ("alter table msg.event_log add column redacted_at timestamptz",)
DOWN = ("alter table msg.event_log drop column redacted_at",)

WHOSE = "tenant_id = :tenant and subject = :subject"
LOGGED = text(f"select recorded_at, event_id, payload as body from msg.event_log where {WHOSE} for update")  # noqa: S608
REDACT_LOGGED = text(
    """
    update msg.event_log as log set payload = redacted.body, redacted_at = msg.clock()
    from unnest(cast(:times as timestamptz[]), cast(:ids as uuid[]), cast(:bodies as bytea[]))
         as redacted (recorded_at, event_id, body)
    where log.recorded_at = redacted.recorded_at and log.event_id = redacted.event_id
    """
)
UNSENT = text(f"select event_id, payload as body from msg.outbox_parked where {WHOSE} for update")  # noqa: S608
REDACT_UNSENT = text(
    """
    update msg.outbox_parked as parked
    set payload = redacted.body, discarded_at = coalesce(discarded_at, msg.clock()), last_error = 'redacted'
    from unnest(cast(:ids as uuid[]), cast(:bodies as bytea[])) as redacted (event_id, body)
    where parked.event_id = redacted.event_id
    """
)
PARKED = text(
    f"""
    select consumer, event_id, body from msg.inbox
    where {WHOSE} and status in ('parked', 'discarded') and body is not null for update
    """  # noqa: S608 - WHOSE is a constant
)
REDACT_PARKED = text(
    """
    update msg.inbox as inbox
    set body = redacted.body, status = 'discarded', next_at = null, waiting_for = null, waiting_since = null,
        finished_at = coalesce(finished_at, msg.clock()), error_text = 'redacted'
    from unnest(cast(:consumers as text[]), cast(:ids as uuid[]), cast(:bodies as bytea[]))
         as redacted (consumer, event_id, body)
    where inbox.consumer = redacted.consumer and inbox.event_id = redacted.event_id
    """
)
REDACT_COPIES = text(
    """
    update msg.edited_copy set body = cast(:mark as bytea),
                               state = case state when 'proposed' then 'refused' else state end
    where tenant_id = :tenant and event_id = any(cast(:ids as uuid[]))
    """
)
ON_ITS_WAY = text(
    f"""
    select (select count(*) from msg.outbox where {WHOSE})
         + (select count(*) from msg.inbox where {WHOSE} and status in ('pending', 'retry', 'waiting'))
    """  # noqa: S608 - WHOSE is a constant
)


class NothingToRedact(Conflict):
    """No message about this is kept here.

    Subjects are written as events do, `account/<id>`; other services keep messages of their own.
    """


@dataclass(frozen=True)
class Redacted:
    """How many events of the log and parked messages were redacted, and how many messages are still on their way."""

    events: int
    parked: int
    on_their_way: int


async def redact(desk: Desk, subject: str, fields: Sequence[str], reason: str) -> Redacted:
    """Overwrite `fields` (`account.name`; lists are gone through; none: everything) of what is kept about `subject`
    and the tenant of the desk.

    Raises NothingToRedact.
    """
    session, whose = desk.session, {"tenant": desk.tenant_id, "subject": subject}
    logged = (await session.execute(LOGGED, whose)).all()
    unsent = (await session.execute(UNSENT, whose)).all()
    parked = (await session.execute(PARKED, whose)).all()
    done = Redacted(len(logged), len(unsent) + len(parked), await session.scalar(ON_ITS_WAY, whose) or 0)
    if not any((done.events, done.parked, done.on_their_way)):
        raise NothingToRedact()
    await session.execute(REDACT_LOGGED, {**_redacted(logged, fields), "times": [row.recorded_at for row in logged]})
    await session.execute(REDACT_UNSENT, _redacted(unsent, fields))
    await session.execute(REDACT_PARKED, {**_redacted(parked, fields), "consumers": [row.consumer for row in parked]})
    ids = [row.event_id for row in parked]
    await session.execute(REDACT_COPIES, {"tenant": desk.tenant_id, "ids": ids, "mark": json.dumps(MARK).encode()})
    details = {"subject": subject, "fields": list(fields), "events": done.events, "parked": done.parked}
    await write(desk, "redacted", reason=reason, details=details)
    return done


def _redacted(rows: Sequence[Any], fields: Sequence[str]) -> dict[str, list[Any]]:
    return {"ids": [row.event_id for row in rows], "bodies": [redacted(row.body, fields) for row in rows]}


def redacted(body: bytes, fields: Sequence[str]) -> bytes:
    """`body` with what `fields` name overwritten; as a whole where none is named or it is no JSON object."""
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if not fields or not isinstance(said, dict):
        return json.dumps(MARK).encode()
    for name in fields:
        _overwrite(said, name.split("."))
    return json.dumps(said, ensure_ascii=False).encode()


def _overwrite(said: Any, path: Sequence[str]) -> None:
    if isinstance(said, list):
        for one in said:
            _overwrite(one, path)
    elif isinstance(said, dict) and said.get(path[0]) is not None:
        if len(path) == 1:
            said[path[0]] = MARK
        else:
            _overwrite(said[path[0]], path[1:])
