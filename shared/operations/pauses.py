"""Holding a consumer or a lane back, and letting it go on.

What waits meanwhile is kept, and runs or leaves in its order afterwards. A person holds a consumer back for their own
tenant, the command line for everybody. A lane carries the events of all tenants, so a person may hold one back only
where no other tenant has ever done anything.
"""

from __future__ import annotations

from sqlalchemy import Uuid, bindparam, text

from shared.errors import Conflict, NotFound
from shared.messaging.reactions import Reactions
from shared.operations import trail
from shared.operations.desk import Desk

PAUSE = text(
    "insert into msg.paused_consumer (consumer, tenant_id) values (:consumer, :tenant)"
    " on conflict do nothing returning 1"
).bindparams(bindparam("tenant", type_=Uuid))
RESUME = text(
    "delete from msg.paused_consumer"
    " where consumer = :consumer and tenant_id is not distinct from cast(:tenant as uuid) returning 1"
)
SWITCH_LANE = text("update msg.outbox_lane set paused = :paused where lane = :lane and paused <> :paused returning 1")
OTHERS = text("select exists (select from msg.tenant where id <> :tenant)")


class NoSuchConsumer(NotFound):
    """No reaction of this service has this consumer name.

    The live view lists all of them.
    """


class AlreadyPaused(Conflict):
    """This is paused already."""


class NotPaused(Conflict):
    """This is not paused by you: for your tenant, or, on the command line, for all of them."""


class SharedLane(Conflict):
    """This lane carries the events of other tenants, too.

    Ask whoever runs the service to pause it on the command line.
    """


async def pause_consumer(desk: Desk, consumer: str, reason: str, known: Reactions) -> None:
    """Hold `consumer` back. Raises NoSuchConsumer, AlreadyPaused."""
    if consumer not in known.consumers:
        raise NoSuchConsumer()
    if (await desk.session.execute(PAUSE, {"consumer": consumer, **desk.sight})).one_or_none() is None:
        raise AlreadyPaused()
    await trail.write(desk, "consumer paused", reason=reason, consumer=consumer)


async def resume_consumer(desk: Desk, consumer: str, reason: str) -> None:
    """Let `consumer` go on. Raises NotPaused."""
    if (await desk.session.execute(RESUME, {"consumer": consumer, **desk.sight})).one_or_none() is None:
        raise NotPaused()
    await trail.write(desk, "consumer resumed", reason=reason, consumer=consumer)


async def pause_lane(desk: Desk, lane: int, reason: str) -> None:
    """Send nothing more of a lane (0 to 7). Raises SharedLane, AlreadyPaused."""
    if not await _switch(desk, lane, paused=True):
        raise AlreadyPaused()
    await trail.write(desk, "lane paused", reason=reason, details={"lane": lane})


async def resume_lane(desk: Desk, lane: int, reason: str) -> None:
    """Let a lane go on. Raises SharedLane, NotPaused."""
    if not await _switch(desk, lane, paused=False):
        raise NotPaused()
    await trail.write(desk, "lane resumed", reason=reason, details={"lane": lane})


async def _switch(desk: Desk, lane: int, *, paused: bool) -> bool:
    if desk.tenant_id is not None and await desk.session.scalar(OTHERS, desk.sight):
        raise SharedLane()
    return (await desk.session.execute(SWITCH_LANE, {"lane": lane, "paused": paused})).one_or_none() is not None
