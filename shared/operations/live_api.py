"""The live view over HTTP, and pausing and resuming."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, status
from pydantic import Field

from shared.actor import NotPermitted
from shared.announcements import LANES
from shared.messaging.reactions import Reactions
from shared.operations import live, pauses
from shared.operations.desk import desk_for
from shared.operations.parked_api import CONSUMER, Text
from shared.operations.pauses import AlreadyPaused, NoSuchConsumer, NotPaused, SharedLane
from shared.operations.permissions import Permission
from shared.web import Body, InWork, View, WorkRoute, refusals

router = APIRouter(tags=["live"], route_class=WorkRoute)


async def known_reactions(request: Request) -> Reactions:
    """What the service reacts to that is operated here."""
    found: Reactions = request.state.reactions
    return found


Known = Annotated[Reactions, Depends(known_reactions)]
NOTHING = status.HTTP_204_NO_CONTENT
ConsumerName = Annotated[str, Path(pattern=CONSUMER, max_length=100, description="name of a consumer")]
Lane = Annotated[int, Path(ge=0, lt=LANES)]
Seconds = Annotated[int | None, Field(description="whole seconds; null when nothing waits")]


class OutboxView(View):
    """What was announced and not yet sent."""

    pending: int
    parked: int
    oldest_age: Seconds


class ConsumerView(View):
    """What one consumer has before it; `longest_gap` is how long a message has waited for one that must come first."""

    consumer: str
    pending: int
    retry: int
    waiting: int
    parked: int
    oldest_age: Seconds
    longest_gap: Seconds
    paused_since: datetime | None
    paused_for_all: bool | None


class LaneView(View):
    """One of the lanes on which events leave; `holder` is the database session of the relay that has it now."""

    lane: int
    paused: bool
    pending: int
    oldest_age: Seconds
    last_run: datetime | None
    holder: int | None
    held_by: str | None
    held_since: datetime | None


class BrokerView(View):
    """How a worker finds the broker; `blocked_seconds` tells how long it has kept a sender waiting."""

    transport: str
    reachable: bool
    blocked_seconds: int
    queues: Mapping[str, int]
    fault: str | None


class WorkerView(View):
    """A worker that reported within the last minute."""

    worker: UUID
    at: datetime
    broker: BrokerView


class LiveView(View):
    """How a service stands now; ages in seconds, `throughput` in events or messages a minute by what came of them."""

    outbox: OutboxView
    consumers: list[ConsumerView]
    lanes: list[LaneView]
    workers: list[WorkerView]
    throughput: dict[str, int]


class Why(Body):
    """Why something is paused or resumed."""

    reason: Text


@router.get("/live", responses=refusals(NotPermitted))
async def show(work: InWork, known: Known) -> LiveView:
    """What waits here and for how long, who holds the lanes, how the broker is; for administrators and auditors."""
    return LiveView.model_validate(await live.look(desk_for(work, Permission.SEE_OPERATIONS), known))


@router.post(
    "/consumers/{consumer}/pause", status_code=NOTHING, responses=refusals(NotPermitted, NoSuchConsumer, AlreadyPaused)
)
async def pause_consumer(consumer: ConsumerName, body: Why, work: InWork, known: Known) -> None:
    """Hold a consumer back for this tenant: what waits is kept and runs in its order later."""
    await pauses.pause_consumer(desk_for(work, Permission.OPERATE), consumer, body.reason, known)


@router.post("/consumers/{consumer}/resume", status_code=NOTHING, responses=refusals(NotPermitted, NotPaused))
async def resume_consumer(consumer: ConsumerName, body: Why, work: InWork) -> None:
    """Let a consumer go on that was paused for this tenant."""
    await pauses.resume_consumer(desk_for(work, Permission.OPERATE), consumer, body.reason)


@router.post("/lanes/{lane}/pause", status_code=NOTHING, responses=refusals(NotPermitted, SharedLane, AlreadyPaused))
async def pause_lane(lane: Lane, body: Why, work: InWork) -> None:
    """Send nothing more of a lane: what waits is kept and leaves in its order later."""
    await pauses.pause_lane(desk_for(work, Permission.OPERATE), lane, body.reason)


@router.post("/lanes/{lane}/resume", status_code=NOTHING, responses=refusals(NotPermitted, SharedLane, NotPaused))
async def resume_lane(lane: Lane, body: Why, work: InWork) -> None:
    """Let a lane go on."""
    await pauses.resume_lane(desk_for(work, Permission.OPERATE), lane, body.reason)
