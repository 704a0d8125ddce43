"""Dealing with a whole group of parked messages: as a job, so many a second, with its progress to be seen."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, text

from shared import jobs
from shared.errors import Conflict
from shared.ids import new_id
from shared.jobs import Job, JobKind, Progress
from shared.operations import deeds, trail
from shared.operations.deeds import Deed, Named
from shared.operations.desk import Desk, desk_for
from shared.operations.parked import OUTBOX, count, only, parked
from shared.operations.permissions import Permission
from shared.work import Work

A_SECOND = timedelta(seconds=1)
NOW = text("select msg.clock()")


class EmptyGroup(Conflict):
    """No message of this group can be dealt with like that.

    Look at the groups again: its messages were requeued or discarded meanwhile, or nobody here reacts to their kind.
    """


class GroupDeed(StrEnum):
    """What is done with all messages of a group."""

    REQUEUE = "requeue"
    DISCARD = "discard"

    @property
    def deed(self) -> Deed:
        """How it is done with some of them."""
        return deeds.requeue if self is GroupDeed.REQUEUE else deeds.discard


@dataclass(frozen=True)
class Group:
    """Parked messages of one type, for one consumer, with one cause."""

    consumer: str
    type: str
    fingerprint: str


@dataclass(frozen=True)
class Plan:
    """What is done with which messages: those that were parked by `until`, so that none is dealt with twice."""

    group: Group
    deed: GroupDeed
    reason: str
    until: datetime
    total: int

    async def batch(self, desk: Desk, size: int) -> int:
        """Deal with the next `size` messages and tell how many there were: fewer mean that it is over."""
        group = self.group
        these = only(desk, consumer=group.consumer, event_type=group.type, fingerprint=group.fingerprint)
        wanted = (
            select(parked.c.consumer, parked.c.event_id)
            .where(*these, parked.c.parked_at <= self.until)
            .order_by(parked.c.parked_at, parked.c.event_id)
            .limit(size)
        )
        chosen = [Named(*row) for row in await desk.session.execute(wanted)]
        await self.deed.deed(desk, chosen, self.reason)
        return len(chosen)


async def plan(desk: Desk, group: Group, deed: GroupDeed, reason: str) -> Plan:
    """What dealing with `group` as it is now will take, written down. Raises EmptyGroup."""
    total = await count(desk, consumer=group.consumer, event_type=group.type, fingerprint=group.fingerprint)
    nobody_runs_it = deed is GroupDeed.REQUEUE and group.consumer != OUTBOX and "." not in group.consumer
    if not total or nobody_runs_it:
        raise EmptyGroup()
    until: datetime = (await desk.session.execute(NOW)).scalar_one()
    details = {**asdict(group), "messages": total}
    await trail.write(desk, f"{deed.value} group", reason=reason, consumer=group.consumer, details=details)
    return Plan(group, deed, reason, until, total)


async def start(work: Work, group: Group, deed: GroupDeed, reason: str, per_second: int) -> UUID:
    """Have a job deal with `group`, at most `per_second` messages a second; gives its id. Raises EmptyGroup."""
    made = await plan(desk_for(work, Permission.OPERATE), group, deed, reason)
    payload = {
        "group": asdict(group),
        "deed": deed.value,
        "reason": reason,
        "until": made.until.isoformat(),
        "per_second": per_second,
    }
    job_id = new_id()
    await jobs.start(work, DEAL_WITH_GROUP, id=job_id, payload=payload, total=made.total)
    return job_id


async def deal_with_group(work: Work, job: Job) -> Progress:
    """Deal with as many messages as may be dealt with in a second."""
    said = job.payload
    made = Plan(
        Group(**said["group"]),
        GroupDeed(said["deed"]),
        said["reason"],
        datetime.fromisoformat(said["until"]),
        job.total,
    )
    dealt_with = await made.batch(desk_for(work, Permission.OPERATE), said["per_second"])
    done = job.done + dealt_with
    if dealt_with < said["per_second"]:
        return Progress(done, job.total, result={"messages": done})
    return Progress(done, job.total, cursor={"done": done}, pause=A_SECOND)


DEAL_WITH_GROUP = JobKind("operations.deal_with_group", deal_with_group)
