"""Replays: what was sent once is sent again, as it was, to one consumer; and what a consumer has done can be forgotten.

What the consumer knows it leaves alone, so a replay fills gaps only, and a second one changes nothing. To have effects
anew, its inbox is made to forget first. A redacted event does not say any more what happened: it is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import jobs
from shared.errors import Conflict
from shared.ids import new_id
from shared.jobs import Job, JobKind, JobName, Progress
from shared.messaging import replay
from shared.messaging.replay import Choice, Place
from shared.messaging.transport import Fault, Replays
from shared.operations import trail
from shared.operations.desk import IN_SIGHT, Desk
from shared.work import Work

REPLAY = JobName("operations.replay")
WINDOW = 100
PER_SECOND = 500
A_SECOND = timedelta(seconds=1)
LINK_PAUSE = timedelta(seconds=5)
NOW = text("select msg.clock()")
FORGET = text(
    f"""
    delete from msg.inbox
    where consumer = :consumer and status in ('done', 'discarded') and {IN_SIGHT}
      and (cast(:type as text) is null or type = cast(:type as text))
      and event_id >= msg.uuid7_from(greatest(cast(:since as timestamptz), 'epoch'))
      and event_id < msg.uuid7_from(greatest(cast(:until as timestamptz), 'epoch'))
    """  # noqa: S608 - IN_SIGHT is a constant
)


class NothingToReplay(Conflict):
    """The event log holds no such event.

    Look at the counts with fewer conditions. Types are written in full, `throughline.crm.opportunity.closed_won.v1`.
    """


class NothingToForget(Conflict):
    """This consumer has finished no such message.

    A consumer is written with its service, `billing.draft_contract`; what is parked or on its way is not forgotten.
    """


class NothingTaken(Conflict):
    """Nobody takes any of these events under this name.

    Look into the catalogue of events for who reacts to them; a consumer is there once its worker has run.
    """


@dataclass(frozen=True)
class Tally:
    """What has become of the events so far."""

    sent: int = 0
    redacted: int = 0
    not_taken: int = 0

    def plus(self, found: Counter[str]) -> Tally:
        """The same and `found`."""
        return Tally(self.sent + found["sent"], self.redacted + found["redacted"], self.not_taken + found["not_taken"])


async def now(session: AsyncSession) -> datetime:
    """The database's present, where a replay ends that names no end."""
    return (await session.execute(NOW)).scalar_one()  # type: ignore[no-any-return]


async def start(work: Work, choice: Choice, to: str, *, reason: str, per_second: int = PER_SECOND) -> UUID:
    """Have a job send the chosen events of this tenant again to the consumer `to`; gives its id.

    At most `per_second` events a second. Raises NothingToReplay.
    """
    total = sum(row.events for row in await replay.counted(work.session, choice))
    if not total:
        raise NothingToReplay()
    job_id = new_id()
    payload = {
        "to": to,
        "per_second": per_second,
        "types": list(choice.types) if choice.types else None,
        "subject": choice.subject,
        "since": choice.since.isoformat() if choice.since else None,
        "until": choice.until.isoformat(),
    }
    await jobs.start(work, REPLAY, id=job_id, payload=payload, total=total)
    desk = Desk(work.session, work.actor.subject, work.actor.tenant_id)
    details = {**payload, "job_id": str(job_id), "events": total}
    await trail.write(desk, "replayed", reason=reason, consumer=to, details=details)
    return job_id


async def forget(
    desk: Desk, consumer: str, *, type: str | None, since: datetime | None, until: datetime, reason: str
) -> int:
    """Have `consumer` forget what it has done with the events made in this time, so that a replay does it anew.

    Gives how many those were. Raises NothingToForget.
    """
    chosen = {"consumer": consumer, "type": type, "since": since, "until": until}
    forgotten: int = (await desk.session.execute(FORGET, {**chosen, **desk.sight})).rowcount  # type: ignore[attr-defined]
    if not forgotten:
        raise NothingToForget()
    details = {"type": type, "since": since and since.isoformat(), "until": until.isoformat(), "messages": forgotten}
    await trail.write(desk, "forgot", reason=reason, consumer=consumer, details=details)
    return forgotten


def kind(transport: Replays) -> JobKind:
    """The job that replays by way of `transport`."""

    async def step(work: Work, job: Job) -> Progress:
        return await _send_some(transport, work, job)

    return JobKind(REPLAY.name, step)


async def _send_some(transport: Replays, work: Work, job: Job) -> Progress:
    """Send as many events as may be sent in a second; while the way there is closed, wait where it stands."""
    said, tally = job.payload, Tally(**job.cursor.get("tally", {}))
    place = _place(job)
    size = said["per_second"]
    rows = await replay.chosen(work.session, _choice(work, said), place, size)
    for first in range(0, len(rows), WINDOW):
        window = rows[first : first + WINDOW]
        found = await _send(transport, window, said["to"], job.id)
        if found is None:
            return Progress(_done(tally), job.total, cursor=_cursor(place, tally), pause=LINK_PAUSE)
        tally, place = tally.plus(found), (window[-1].recorded_at, window[-1].event_id)
    if len(rows) == size:
        return Progress(_done(tally), job.total, cursor=_cursor(place, tally), pause=A_SECOND)
    if tally.not_taken and not tally.sent:
        raise NothingTaken()
    return Progress(_done(tally), job.total, result=vars(tally))


async def _send(transport: Replays, window: Sequence[Row[Any]], to: str, replay_id: UUID) -> Counter[str] | None:
    """What has become of the events of `window`; None when the way there is closed."""
    whole = [replay.envelope_of(row) for row in window if row.redacted_at is None]
    outcome = await transport.replay(whole, to, replay_id) if whole else {}
    failures = [failure for failure in outcome.values() if failure is not None]
    if any(failure.fault is not Fault.PERMANENT for failure in failures):
        return None
    sent = len(outcome) - len(failures)
    return Counter(sent=sent, not_taken=len(failures), redacted=len(window) - len(whole))


def _choice(work: Work, said: Any) -> Choice:
    return Choice(
        until=datetime.fromisoformat(said["until"]),
        tenant_id=work.actor.tenant_id,
        types=said["types"],
        subject=said["subject"],
        since=datetime.fromisoformat(said["since"]) if said["since"] else None,
    )


def _place(job: Job) -> Place | None:
    after = job.cursor.get("after")
    return (datetime.fromisoformat(after[0]), UUID(after[1])) if after else None


def _cursor(place: Place | None, tally: Tally) -> dict[str, Any]:
    after = [place[0].isoformat(), str(place[1])] if place else None
    return {"after": after, "tally": vars(tally)}


def _done(tally: Tally) -> int:
    return tally.sent + tally.redacted + tally.not_taken
