"""Reacting: due messages are run in batches, each in its own savepoint, with effects and bookkeeping in one commit."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from shared import telemetry
from shared.actor import the_service
from shared.announcements import Cause, keep
from shared.clock import Clock
from shared.contracts.base import Event
from shared.contracts.upcasting import NotUpcast
from shared.crash_points import crash_point
from shared.ids import new_id
from shared.messaging import metrics
from shared.messaging.backoff import full_jitter
from shared.messaging.claim import (
    Claimed,
    claim,
    count_crashes,
    runnable_together,
    say_started,
)
from shared.messaging.envelope import Envelope, Poison, read_attributes
from shared.messaging.inbox import Inbox, Status
from shared.messaging.newest import Newest
from shared.messaging.reactions import Reaction
from shared.messaging.verdict import Verdict, done, failed, is_away, is_race, settle
from shared.transactions import run, savepoint, transaction
from shared.work import Work, enter, list_tenant

log = logging.getLogger(__name__)
RACES_MAX = 3
LASTS_AT_MOST = 5.0  # seconds; what a batch has not begun by then is left to the next one
AFTER_RACE = 0.2  # seconds; how long to let the other one finish, at most
BECAUSE = "select set_config('app.reason', $1, true)"
NEWEST = Newest()
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # U+0000 as JSON escapes it


class Spoiled(Exception):
    """A message of an unguarded batch failed, so that the batch has to be run again, each message on its own."""


class Raced(Exception):
    """Another transaction was in the way of this message; the ones before it stand."""


@dataclass
class Batch:
    """Messages of one tenant that run in one transaction, and what has come of them.

    Guarded, each message has a savepoint of its own. Fresh messages run unguarded, because nearly all succeed; if one
    fails, all of them run again guarded.
    """

    messages: list[Claimed]
    guarded: bool
    verdicts: list[Verdict] = field(default_factory=list)
    done_about: set[str] = field(default_factory=set)
    announced: bool = False
    began: float = field(default_factory=time.perf_counter)


@dataclass(frozen=True)
class Drain:
    """Runs one service's due messages; several may run side by side, in one process or in many."""

    inbox: Inbox
    clock: Clock
    worker: UUID = field(default_factory=new_id)

    async def once(self) -> int:
        """Run up to 100 due messages of one tenant and tell how many; 0 means that nothing is due.

        When the commit itself is refused, they run again one by one. Raises only when the database is away.
        """
        running: list[Claimed] = []
        try:
            return await self._run(running)
        except SQLAlchemyError as error:
            if is_away(error) or not running:
                raise
            log.warning("the commit of %d messages was refused, they run one by one: %s", len(running), error)
        for message in running:
            await self._alone(message)
        return len(running)

    async def _alone(self, message: Claimed) -> None:
        try:
            await self._run([], only=message)
        except SQLAlchemyError as error:
            if is_away(error):
                raise
            async with transaction(self.inbox.database) as session:
                verdict = failed(message.tried, error, message.at)
                await settle(session, self.worker, message.tenant_id, [verdict], ())
            self._count(verdict)

    async def _run(self, running: list[Claimed], only: Claimed | None = None) -> int:
        """Claim, run and commit; `running` is filled with what runs."""
        async with transaction(self.inbox.database) as session:
            wanted = only.tried.event_id if only else None
            consumers = [only.tried.consumer] if only else self.inbox.reactions.consumers
            claimed = await claim(session, consumers, self.worker, wanted)
            if not claimed or await count_crashes(session, claimed):
                return len(claimed)
            running.extend(runnable_together(claimed))
            batch = await self._react(session, running)
            tenant_id = running[0].tenant_id
            await settle(session, self.worker, tenant_id, batch.verdicts, batch.done_about)
            await list_tenant(self.inbox.database, session, tenant_id)
            crash_point("drain.before_commit")
        crash_point("drain.after_commit")
        self.inbox.database.tenants.add(tenant_id)
        self._tell(batch)
        return len(batch.verdicts)

    async def _react(self, session: AsyncSession, messages: list[Claimed]) -> Batch:
        work = Work(the_service(self.inbox.service, messages[0].tenant_id), self.clock(), session)
        await asyncio.gather(say_started(self.inbox.database, self.worker, messages), enter(work))
        if len(messages) > 1 and not any(message.tried.is_again for message in messages):
            batch = Batch(messages, guarded=False)
            with suppress(Spoiled):
                async with savepoint(session):
                    await self._run_all(work, batch)
                return batch
        batch = Batch(messages, guarded=True)
        await self._run_all(work, batch)
        return batch

    async def _run_all(self, work: Work, batch: Batch) -> None:
        """Run the messages in turn; stops early at one that races, so that what the ones before hold is let go.

        So it does when reactions are slow: a transaction that lasts holds locks, and keeps dead rows from being swept.
        """
        for message in batch.messages:
            if batch.verdicts and time.perf_counter() - batch.began > LASTS_AT_MOST:
                break
            try:
                verdict = await self._try(work, message, batch)
            except Raced:
                break
            batch.verdicts.append(verdict)

    async def _try(self, work: Work, message: Claimed, batch: Batch) -> Verdict:
        tried = message.tried
        reaction = self.inbox.reactions.named(tried.consumer)
        try:
            found = read_attributes(message.attributes, message.body)
            event = _event(reaction, found)
        except (Poison, ValueError) as error:
            return failed(tried, error, message.at)
        work = replace(work, announced=[], people={}, cause=Cause(found.correlation_id, found.event_id))
        began = time.perf_counter()
        with _span(self.inbox.service, message, found) as span:
            try:
                await self._apply(work, reaction, event, found, batch)
            except Exception as error:
                telemetry.failed(span, error)
                verdict = self._after(error, message, batch)
            else:
                verdict = done(tried)
                batch.done_about.add(message.subject)
                batch.announced = batch.announced or bool(work.announced)
            span.set_attribute("throughline.inbox.outcome", verdict.status)
        return replace(verdict, lasted=time.perf_counter() - began)

    def _after(self, error: Exception, message: Claimed, batch: Batch) -> Verdict:
        """What follows from a handler's failure; raises what concerns the whole batch."""
        if is_away(error):
            raise error
        if not batch.guarded:
            raise Spoiled from error
        if is_race(error) and batch.verdicts:
            raise Raced from error
        return failed(message.tried, error, message.at)

    async def _apply(self, work: Work, reaction: Reaction, event: Event, found: Envelope, batch: Batch) -> None:
        if not batch.guarded:
            await _handle(work, reaction, event, found)
            return
        # The first message of a transaction stands in nobody's way, so after a race it may try again at once.
        for left in reversed(range(1 if batch.verdicts else RACES_MAX)):
            try:
                async with savepoint(work.session):
                    await _handle(work, reaction, event, found)
            except Exception as error:
                if not left or not is_race(error):
                    raise
                await asyncio.sleep(full_jitter(AFTER_RACE))
            else:
                return

    def _tell(self, batch: Batch) -> None:
        """Wake the relay and count, now that everything is committed."""
        if batch.announced:
            self.inbox.database.announced.set()
        service, running = self.inbox.service, time.perf_counter() - batch.began
        for verdict, message in zip(batch.verdicts, batch.messages, strict=False):
            self._count(verdict)
            if verdict.status is Status.DONE:
                handler = self.inbox.reactions.named(verdict.consumer).handler
                self.inbox.database.changes.note(message.tenant_id, handler)
                took = (message.at - message.received_at).total_seconds()
                metrics.WAITED.labels(service, verdict.consumer).observe(took)
                whole = (message.at - message.announced_at).total_seconds() + running
                metrics.END_TO_END.labels(service, verdict.consumer).observe(max(whole, 0.0))
                if NEWEST.is_behind(verdict.consumer, message.tenant_id, message.subject, message.sequence):
                    metrics.BEHIND.labels(service, verdict.consumer).inc()

    def _count(self, verdict: Verdict) -> None:
        """Count what came of a message, now that it is committed."""
        service = self.inbox.service
        metrics.HANDLED.labels(service, verdict.consumer, verdict.status).inc()
        if verdict.lasted is not None:
            metrics.LASTED.labels(service, verdict.consumer, verdict.error_type or "").observe(verdict.lasted)
        if verdict.status is Status.PARKED:
            metrics.PARKED.labels(service, verdict.error_type).inc()


async def _handle(work: Work, reaction: Reaction, event: Event, found: Envelope) -> None:
    """Let the handler act with an empty session, and write all it leaves behind."""
    work.announced.clear()
    work.session.expunge_all()
    await run(work.session, BECAUSE, f"{reaction.consumer} on {found.type} {found.event_id}")
    await reaction.handler(work, event, found.sequence)
    await keep(work.session, work.announced, tenant_id=work.actor.tenant_id, cause=work.cause, at=work.now)
    await work.session.flush()
    work.session.expunge_all()


def _span(service: str, message: Claimed, found: Envelope) -> AbstractContextManager[Any]:
    return telemetry.processing(
        queue=f"throughline.{service}",
        consumer=message.tried.consumer,
        envelope=found,
        attempt=message.tried.attempts + 1,
        age=message.at - min(message.received_at, found.recorded_at),  # a replayed one came just now and is old
    )


def _event(reaction: Reaction, found: Envelope) -> Event:
    """The event itself; raises Poison or pydantic's ValidationError."""
    try:
        event = reaction.event_type.read(found.major, found.schema_minor, found.body)
    except NotUpcast as error:
        raise Poison("not_upcast", str(error)) from error
    if NUL.search(found.body):
        raise Poison("nul", "A text holds the character U+0000, which no database keeps.")
    return event
