"""Parked messages over HTTP: looking at them, requeueing, discarding, notes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, status
from pydantic import Field

from shared.actor import NotPermitted
from shared.cursors import BadCursor
from shared.operations import deeds, group, message, parked
from shared.operations.deeds import Named, NotParked
from shared.operations.desk import desk_for
from shared.operations.group import EmptyGroup, Group, GroupDeed
from shared.operations.message import NoSuchMessage
from shared.operations.permissions import Permission
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals
from shared.work import Work

router = APIRouter(prefix="/parked", tags=["parked"], route_class=WorkRoute)

CONSUMER = r"^[a-z_]+(\.[a-z][a-z0-9_]*(@[1-9][0-9]*)?)?$"
ConsumerName = Annotated[str, Path(pattern=CONSUMER, max_length=100, description="consumer, or `outbox`")]
Text = Annotated[str, Field(min_length=1, max_length=1000)]
Filter = Annotated[str | None, Query(max_length=200)]
SELECTION_MAX = 200


class GroupView(View):
    """Parked messages of one type, for one consumer, with one cause."""

    consumer: str
    type: str
    fingerprint: str
    messages: int
    failed_again: int
    first_seen: datetime
    last_seen: datetime
    error_type: str | None
    error_text: str | None


class ParkedView(View):
    """A parked message; `failed_again` tells that an operator has let it run before."""

    consumer: str
    event_id: UUID
    type: str
    subject: str | None
    fingerprint: str
    error_type: str | None
    error_text: str | None
    attempts: int
    received_at: datetime
    parked_at: datetime
    failed_again: bool


class FaultView(View):
    """Where in a payload something is wrong, as a JSON pointer, and what."""

    where: str
    what: str


class BehindView(View):
    """A message that waits behind another one."""

    consumer: str
    event_id: UUID
    type: str | None
    status: str
    received_at: datetime


class DeedView(View):
    """What an operator did with a message, and why."""

    at: datetime
    by: str
    action: str
    reason: str | None


class MessageView(View):
    """One message with its envelope, what it says, what is wrong, and who waits behind it.

    `payload` is null and `text` tells why, where it is no JSON or not for everybody's eyes.
    """

    consumer: str
    event_id: UUID
    status: str
    type: str | None
    subject: str | None
    attempts: int
    crashes: int
    received_at: datetime
    finished_at: datetime | None
    waiting_for: str | None
    error_type: str | None
    error_text: str | None
    fingerprint: str | None
    envelope: dict[str, Any]
    payload: Any
    text: str | None
    schema_errors: list[FaultView]
    trace_id: str | None
    requeued_at: list[datetime]
    behind_count: int
    behind: list[BehindView]
    history: list[DeedView]


class Name(Body):
    """A message by its name."""

    consumer: Annotated[str, Field(pattern=CONSUMER, max_length=100)]
    event_id: UUID


class Chosen(Body):
    """Some messages, and why something is done with them."""

    messages: Annotated[list[Name], Field(min_length=1, max_length=SELECTION_MAX)]
    reason: Text

    @property
    def names(self) -> list[Named]:
        """The messages by their names."""
        return [Named(one.consumer, one.event_id) for one in self.messages]


class ChosenGroup(Body):
    """A whole group as the list of groups names it, and why something is done with it."""

    consumer: Annotated[str, Field(pattern=CONSUMER, max_length=100)]
    type: Annotated[str, Field(max_length=200)]
    fingerprint: Annotated[str, Field(max_length=200)]
    reason: Text
    per_second: Annotated[int, Field(ge=1, le=1000, description="messages a second at most")] = 50

    @property
    def group(self) -> Group:
        """Which group it is."""
        return Group(self.consumer, self.type, self.fingerprint)


class Note(Body):
    """Something to be remembered about a message."""

    text: Text


class Done(View):
    """With which messages it was done; the others had been dealt with already."""

    messages: list[Name]


class Started(View):
    """The job that does it; /api/v1/jobs/{job_id} tells how far it is."""

    job_id: UUID


@router.get("/groups", responses=refusals(NotPermitted, BadCursor))
async def groups(work: InWork, cursor: Cursor = None, limit: Limit = 50) -> PageOf[GroupView]:
    """Parked messages by consumer, type and what is wrong; for administrators and auditors, as are all reads here."""
    desk = desk_for(work, Permission.SEE_OPERATIONS)
    found = await parked.groups(desk, cursor=cursor, limit=limit)
    items = [_shown(GroupView, row, parked.error_text_for(desk, row)) for row in found.items]
    return PageOf[GroupView](items=items, next=found.next)


@router.get("", responses=refusals(NotPermitted, BadCursor))
async def listed(
    work: InWork,
    *,
    consumer: Filter = None,
    type: Filter = None,
    fingerprint: Filter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[ParkedView]:
    """Parked messages, the longest parked first."""
    desk = desk_for(work, Permission.SEE_OPERATIONS)
    found = await parked.messages(
        desk, consumer=consumer, event_type=type, fingerprint=fingerprint, cursor=cursor, limit=limit
    )
    items = [_shown(ParkedView, row, parked.error_text_for(desk, row)) for row in found.items]
    return PageOf[ParkedView](items=items, next=found.next)


@router.get("/{consumer}/{event_id}", responses=refusals(NotPermitted, NoSuchMessage))
async def show(consumer: ConsumerName, event_id: UUID, work: InWork) -> MessageView:
    """One message for one consumer, whatever has become of it."""
    found = await message.message(desk_for(work, Permission.SEE_OPERATIONS), consumer, event_id)
    row = dict(found.row._mapping)
    parts = ("payload", "text", "schema_errors", "error_text", "trace_id", "requeued_at", "behind", "behind_count")
    more = {name: getattr(found, name) for name in (*parts, "history")}
    return MessageView.model_validate({**row, **more, "envelope": found.attributes}, from_attributes=True)


@router.post("/requeue", responses=refusals(NotPermitted, NoSuchMessage, NotParked))
async def requeue(body: Chosen, work: InWork) -> Done:
    """Let messages run again from the beginning; for administrators, as are all changes here."""
    desk = desk_for(work, Permission.OPERATE)
    return _done(await deeds.must_do(desk, deeds.requeue, body.names, body.reason))


@router.post("/discard", responses=refusals(NotPermitted, NoSuchMessage, NotParked))
async def discard(body: Chosen, work: InWork) -> Done:
    """Put messages aside for good; they are kept, and can still be looked at."""
    desk = desk_for(work, Permission.OPERATE)
    return _done(await deeds.must_do(desk, deeds.discard, body.names, body.reason))


@router.post("/groups/requeue", status_code=status.HTTP_202_ACCEPTED, responses=refusals(NotPermitted, EmptyGroup))
async def requeue_group(body: ChosenGroup, work: InWork) -> Started:
    """Let all messages of a group run again, so many a second, by a job."""
    return await _start(work, body, GroupDeed.REQUEUE)


@router.post("/groups/discard", status_code=status.HTTP_202_ACCEPTED, responses=refusals(NotPermitted, EmptyGroup))
async def discard_group(body: ChosenGroup, work: InWork) -> Started:
    """Put all messages of a group aside for good, by a job."""
    return await _start(work, body, GroupDeed.DISCARD)


@router.post(
    "/{consumer}/{event_id}/notes",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=refusals(NotPermitted, NoSuchMessage),
)
async def note(consumer: ConsumerName, event_id: UUID, body: Note, work: InWork) -> None:
    """Write something down about a message, for whoever looks at it next."""
    await deeds.note(desk_for(work, Permission.OPERATE), Named(consumer, event_id), body.text)


async def _start(work: Work, body: ChosenGroup, deed: GroupDeed) -> Started:
    return Started(job_id=await group.start(work, body.group, deed, body.reason, body.per_second))


def _done(names: list[Named]) -> Done:
    return Done(messages=[Name(consumer=one.consumer, event_id=one.event_id) for one in names])


def _shown(view: type[Any], row: Any, error_text: str | None) -> Any:
    return view.model_validate({**row._mapping, "error_text": error_text})
