"""Reacting: due messages are run in batches, each in its own savepoint, with effects and bookkeeping in one commit."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random

from shared import telemetry
from shared.actor import the_service
from shared.announcements import Cause, keep
from shared.clock import Clock
from shared.contracts.base import Event
from shared.ids import new_id
from shared.messaging.claim import (
    Claimed,
    claim,
    count_crashes,
    runnable_together,
    say_finished,
    say_started,
)
from shared.messaging.envelope import Envelope, Poison, read_attributes
from shared.messaging.inbox import Inbox
from shared.messaging.reactions import Reaction
from shared.messaging.verdict import Verdict, done, failed, is_away, is_race, settle
from shared.work import Work, enter

log = logging.getLogger(__name__)
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # U+0000 as JSON escapes it

# Whatever waited for what these messages were about is due now. A row locked by another worker is being run anyway.
WAKE = text(
    """
    update msg.inbox as inbox set status = 'pending', next_at = msg.clock(), finished_at = null
    from (select consumer, event_id from msg.inbox
          where tenant_id = :tenant and waiting_for = any(cast(:subjects as text[])) and status in ('waiting', 'parked')
          for update skip locked) as woken
    where inbox.consumer = woken.consumer and inbox.event_id = woken.event_id
    """
)


class Raced(Exception):
    """Another transaction was in the way of this message; the ones before it stand."""


@dataclass
class Batch:
    """What came of some messages of one tenant run in one transaction."""

    tenant_id: UUID
    verdicts: list[Verdict] = field(default_factory=list)
    subjects: set[str] = field(default_factory=set)
    announced: bool = False


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
        messages: list[Claimed] = []
        try:
            return await self._run(messages)
        except SQLAlchemyError as error:
            if is_away(error) or not messages:
                raise
            log.warning("the commit of %d messages was refused, they run one by one: %s", len(messages), error)
        for message in messages:
            await self._alone(message)
        return len(messages)

    async def _run(self, messages: list[Claimed], only: Claimed | None = None) -> int:
        """Claim, run and commit; `messages` is filled with those that run."""
        async with self.inbox.database.sessions() as session, session.begin():
            wanted = only.tried.event_id if only else None
            consumers = [only.tried.consumer] if only else self.inbox.reactions.consumers
            claimed = await claim(session, consumers, self.worker, wanted)
            if not claimed or await count_crashes(session, claimed):
                return len(claimed)
            messages.extend(runnable_together(claimed))
            await say_started(self.inbox.database, self.worker, messages)
            batch = await self._react(session, messages)
            await settle(session, batch.verdicts)
            if batch.subjects:
                await session.execute(WAKE, {"tenant": batch.tenant_id, "subjects": sorted(batch.subjects)})
            await say_finished(session, self.worker)
        if batch.announced:
            self.inbox.database.announced.set()
        return len(batch.verdicts)

    async def _alone(self, message: Claimed) -> None:
        try:
            await self._run([], only=message)
        except SQLAlchemyError as error:
            if is_away(error):
                raise
            async with self.inbox.database.sessions() as session, session.begin():
                await settle(session, [failed(message.tried, error, message.at)])

    async def _react(self, session: AsyncSession, messages: Sequence[Claimed]) -> Batch:
        """Run `messages` in turn; stops early at one that races, so that what the ones before hold is let go."""
        batch = Batch(messages[0].tenant_id)
        now = self.clock()
        actor = the_service(self.inbox.service, batch.tenant_id)
        await enter(Work(actor, now, session))
        for message in messages:
            try:
                await self._try(Work(actor, now, session), message, batch)
            except Raced:
                break
        return batch

    async def _try(self, work: Work, message: Claimed, batch: Batch) -> None:
        tried = message.tried
        reaction = self.inbox.reactions.named(tried.consumer)
        try:
            found = read_attributes(message.attributes, message.body)
            event = _event(reaction, found)
        except (Poison, ValueError) as error:
            batch.verdicts.append(failed(tried, error, message.at))
            return
        with telemetry.processing(
            queue=f"throughline.{self.inbox.service}",
            consumer=tried.consumer,
            event_type=found.type,
            message_id=tried.event_id,
            correlation_id=found.correlation_id,
            traceparent=found.traceparent,
            attempt=tried.attempts + 1,
            age=message.at - found.recorded_at,
        ) as span:
            try:
                await self._apply(work, reaction, event, found, first=not batch.verdicts)
            except Exception as error:
                if is_away(error):
                    raise
                if is_race(error) and batch.verdicts:
                    raise Raced from error
                telemetry.failed(span, error)
                verdict = failed(tried, error, message.at)
            else:
                verdict = done(tried)
                batch.subjects.add(message.subject)
                batch.announced = batch.announced or bool(work.announced)
            span.set_attribute("throughline.inbox.outcome", verdict.status)
            batch.verdicts.append(verdict)

    async def _apply(self, work: Work, reaction: Reaction, event: Event, found: Envelope, *, first: bool) -> None:
        """Run the handler in a savepoint; as the transaction's first message it may try again at once after a race."""
        attempts = AsyncRetrying(
            retry=retry_if_exception(is_race),
            stop=stop_after_attempt(3 if first else 1),
            wait=wait_random(0.01, 0.2),
            reraise=True,
        )
        async for attempt in attempts:
            with attempt:
                work.announced.clear()
                work.session.expunge_all()
                async with work.session.begin_nested():
                    await work.because(f"{reaction.consumer} on {found.type} {found.event_id}")
                    await reaction.handler(work, event, found.sequence)
                    await keep(
                        work.session,
                        work.announced,
                        tenant_id=work.actor.tenant_id,
                        cause=Cause(found.correlation_id, found.event_id),
                        at=work.now,
                    )
                work.session.expunge_all()


def _event(reaction: Reaction, found: Envelope) -> Event:
    """The event itself; raises Poison or pydantic's ValidationError."""
    event = reaction.event_type.model_validate_json(found.body)
    if NUL.search(found.body):
        raise Poison("nul", "A text holds the character U+0000, which no database keeps.")
    return event
