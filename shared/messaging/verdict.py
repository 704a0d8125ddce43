"""What becomes of a message after a consumer has tried it."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from shared.errors import Refused
from shared.messaging.backoff import full_jitter
from shared.messaging.envelope import Poison
from shared.messaging.inbox import Status
from shared.messaging.reactions import NotReady
from shared.transactions import send

# Seconds: the longest wait after the 1st, 2nd, … failure; the failure after the last one parks the message.
SCHEDULE = (1, 5, 30, 120, 600, 3600, 21600)
WAIT_AT_MOST = timedelta(hours=24)
LOOK_AGAIN_FIRST, LOOK_AGAIN_LAST = 1.0, 600.0  # seconds; a waiting message looks again by itself, ever more rarely
TEXT_MAX = 4000
FRAMES = 3

RACES = {"40001", "40P01"}
AWAY = ("08", "53", "57P")  # connection, resources, shutdown

# Verdicts, whatever waited for what these messages were about, and the mark of the run: all in one round trip.
# A waiting row that another worker holds is being run anyway.
SETTLE = text(
    """
    with verdict as (
        select * from unnest(
            cast(:consumers as text[]), cast(:event_ids as uuid[]), cast(:statuses as text[]),
            cast(:attempts as smallint[]), cast(:delays as double precision[]), cast(:waiting as text[]),
            cast(:error_types as text[]), cast(:error_texts as text[]), cast(:fingerprints as text[]))
        as verdict (consumer, event_id, status, attempts, delay, waiting_for, error_type, error_text, fingerprint)
    ), waiting as (
        select consumer, event_id from msg.inbox
        where tenant_id = :tenant and waiting_for = any(cast(:subjects as text[])) and status in ('waiting', 'parked')
          and (consumer, event_id) not in (select consumer, event_id from verdict)
        for update skip locked
    ), woken as (
        update msg.inbox as inbox set status = 'pending', next_at = msg.clock(), finished_at = null
        from waiting where inbox.consumer = waiting.consumer and inbox.event_id = waiting.event_id
    ), finished as (
        delete from msg.inbox_run where worker = :worker
    )
    update msg.inbox as inbox
    set status = verdict.status,
        attempts = verdict.attempts,
        crashes = 0,
        next_at = msg.clock() + make_interval(secs => verdict.delay),
        waiting_for = verdict.waiting_for,
        waiting_since = case when verdict.waiting_for is null then null
                             when verdict.waiting_for = inbox.waiting_for then inbox.waiting_since
                             else msg.clock() end,
        finished_at = case when verdict.status in ('done', 'parked') then msg.clock() end,
        attributes = case when verdict.status <> 'done' then inbox.attributes end,
        body = case when verdict.status <> 'done' then inbox.body end,
        error_type = verdict.error_type,
        error_text = verdict.error_text,
        error_fingerprint = verdict.fingerprint
    from verdict
    where inbox.consumer = verdict.consumer and inbox.event_id = verdict.event_id
    """
)


@dataclass(frozen=True)
class Verdict:
    """How one message stands now; `delay` in seconds says when it is due again, `lasted` how long its reaction took."""

    consumer: str
    event_id: UUID
    status: Status
    attempts: int
    delay: float | None = None
    waiting_for: str | None = None
    error_type: str | None = None
    error_text: str | None = None
    fingerprint: str | None = None
    lasted: float | None = None


@dataclass(frozen=True)
class Tried:
    """A message that was tried, and how it stood before."""

    consumer: str
    event_id: UUID
    attempts: int
    waiting_for: str | None
    waiting_since: datetime | None

    @property
    def is_again(self) -> bool:
        """Whether it was tried before."""
        return self.attempts > 0 or self.waiting_for is not None


def done(tried: Tried) -> Verdict:
    """The message had its effect."""
    return Verdict(tried.consumer, tried.event_id, Status.DONE, tried.attempts + 1)


def failed(tried: Tried, error: Exception, at: datetime) -> Verdict:
    """What follows from `error` at `at` (the database's clock): wait, try again, or park."""
    if isinstance(error, NotReady):
        return _waits(tried, error, at)
    if isinstance(error, Refused | Poison | ValidationError):
        return parked(tried, error)
    if tried.attempts >= len(SCHEDULE):
        return parked(tried, error)
    return _blamed(tried, error, Status.RETRY, delay=full_jitter(SCHEDULE[tried.attempts]))


def parked(tried: Tried, error: Exception) -> Verdict:
    """The message is put aside for an operator."""
    return _blamed(tried, error, Status.PARKED)


def _waits(tried: Tried, error: NotReady, at: datetime) -> Verdict:
    since = tried.waiting_since if tried.waiting_for == error.subject and tried.waiting_since else at
    waited = (at - since).total_seconds()
    over = at - since >= WAIT_AT_MOST
    return Verdict(
        tried.consumer,
        tried.event_id,
        Status.PARKED if over else Status.WAITING,
        tried.attempts,
        delay=None if over else min(max(waited, LOOK_AGAIN_FIRST), LOOK_AGAIN_LAST),
        waiting_for=error.subject,
        error_type="not_ready",
        error_text=str(error),
        fingerprint=f"not_ready {error.subject.partition('/')[0]}",
    )


def _blamed(tried: Tried, error: Exception, status: Status, delay: float | None = None) -> Verdict:
    return Verdict(
        tried.consumer,
        tried.event_id,
        status,
        tried.attempts + 1,
        delay=delay,
        error_type=_kind(error),
        error_text=str(error).replace("\x00", "�")[:TEXT_MAX],
        fingerprint=fingerprint(error),
    )


def _kind(error: Exception) -> str:
    if isinstance(error, Poison):
        return error.reason
    if isinstance(error, ValidationError):
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        return "invalid_json" if any(fault["type"] == "json_invalid" for fault in faults) else "wrong_schema"
    return error.code() if isinstance(error, Refused) else type(error).__name__


def fingerprint(error: Exception) -> str:
    """What is the same for failures with the same cause: kind of error and the last places it came through."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.name}" for frame in frames]
    return hashlib.sha256(" ".join([_kind(error), *places]).encode()).hexdigest()[:16]


async def settle(
    session: AsyncSession, worker: UUID, tenant_id: UUID, verdicts: Sequence[Verdict], done_about: Collection[str]
) -> None:
    """Write `verdicts`, wake what waited for the things `done_about`, and take the mark of the run away."""
    columns: dict[str, list[Any]] = {
        "consumers": [verdict.consumer for verdict in verdicts],
        "event_ids": [verdict.event_id for verdict in verdicts],
        "statuses": [verdict.status for verdict in verdicts],
        "attempts": [verdict.attempts for verdict in verdicts],
        # What waits for a thing that a later message of the same batch was about is due again at once.
        "delays": [0.0 if verdict.waiting_for in done_about else verdict.delay for verdict in verdicts],
        "waiting": [verdict.waiting_for for verdict in verdicts],
        "error_types": [verdict.error_type for verdict in verdicts],
        "error_texts": [verdict.error_text for verdict in verdicts],
        "fingerprints": [verdict.fingerprint for verdict in verdicts],
        "subjects": list(done_about),
    }
    await send(session, SETTLE, {**columns, "worker": worker, "tenant": tenant_id})


def is_race(error: BaseException) -> bool:
    """Whether two transactions got into each other's way, so that trying again at once makes sense."""
    return isinstance(error, StaleDataError) or (isinstance(error, DBAPIError) and _state(error) in RACES)


def is_away(error: BaseException) -> bool:
    """Whether the database is away, which is no message's fault."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _state(error).startswith(AWAY)
    return isinstance(error, asyncpg.PostgresConnectionError | asyncpg.InterfaceError)


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")
