"""Operations as people see them, under /<service>/ops: what waits, what is parked, what was done, one trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from shared import traces
from shared.messaging.reactions import Reactions
from shared.operations import copies_pages, deeds, history_pages, live, message, parked, pauses
from shared.operations.desk import desk_for
from shared.operations.group import GroupDeed, start
from shared.operations.live_api import ConsumerName, Known, Why
from shared.operations.parked_api import Chosen, ChosenGroup, Name
from shared.operations.permissions import Permission
from shared.operations.place import here
from shared.operations.traces import spans_of
from shared.operations.trail import trail
from shared.pages import InWork, PageRoute, form_of, page
from shared.pages.waiting import Need, NeedsOf, Verb
from shared.ui.listing import Column, Listing, Rows, who
from shared.ui.words import gettext as _
from shared.work import Work

router = APIRouter(prefix="/ops", route_class=PageRoute)
Wanted = Annotated[str | None, Query(max_length=200)]
TRACE = r"^([0-9a-f]{32}|)$"


@router.get("")
async def now(request: Request, work: InWork, known: Known) -> Response:
    """How the service stands; the page asks again every few seconds."""
    found = await live.look(desk_for(work, Permission.SEE_OPERATIONS), known)
    may_operate = work.actor.may(Permission.OPERATE)
    return page(
        request,
        "operations/live.html",
        live=found,
        here=here(request),
        service=request.app.state.service_name,
        may_operate=may_operate,
    )


@router.post("/consumers/{consumer}/pause")
async def pause(request: Request, consumer: ConsumerName, work: InWork, known: Known) -> Response:
    """Hold a consumer back."""
    form = await form_of(request, Why)
    await pauses.pause_consumer(desk_for(work, Permission.OPERATE), consumer, form.reason, known)
    return RedirectResponse(here(request), 303)


@router.post("/consumers/{consumer}/resume")
async def resume(request: Request, consumer: ConsumerName, work: InWork) -> Response:
    """Let a consumer go on."""
    form = await form_of(request, Why)
    await pauses.resume_consumer(desk_for(work, Permission.OPERATE), consumer, form.reason)
    return RedirectResponse(here(request), 303)


@router.get("/parked")
async def groups(request: Request, work: InWork, rows: Rows) -> Response:
    """Parked messages by what is wrong with them."""
    desk = desk_for(work, Permission.SEE_OPERATIONS)
    found = await parked.groups(desk, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("error", _("What is wrong"), lambda row: row.error_type or _("Unknown")),
        Column("text", _("Error"), lambda row: texts[row.fingerprint], only="file"),
        Column("consumer", _("Consumer")),
        Column("type", _("Event")),
        Column("messages", _("Messages"), number=True),
        Column("last_seen", _("Last seen")),
    )
    listing = Listing.of(request, "parked", columns, found.items, next=found.next)
    texts = {row.fingerprint: parked.error_text_for(desk, row) for row in found.items}
    return page(request, "operations/groups.html", listing=listing, texts=texts, here=here(request))


@router.post("/parked/groups/requeue")
async def requeue_group(request: Request, work: InWork) -> Response:
    """Let a whole group run again, by a job."""
    return await _start(request, work, GroupDeed.REQUEUE)


@router.post("/parked/groups/discard")
async def discard_group(request: Request, work: InWork) -> Response:
    """Put a whole group aside for good, by a job."""
    return await _start(request, work, GroupDeed.DISCARD)


@router.get("/parked/messages")
async def messages(
    request: Request,
    work: InWork,
    rows: Rows,
    *,
    consumer: Wanted = None,
    type: Wanted = None,
    fingerprint: Wanted = None,
) -> Response:
    """Parked messages one by one, the longest parked first; a whole group can be dealt with together."""
    desk = desk_for(work, Permission.SEE_OPERATIONS)
    wanted = {"consumer": consumer or None, "event_type": type or None, "fingerprint": fingerprint or None}
    found = await parked.messages(desk, **wanted, cursor=rows.cursor, limit=rows.limit)
    is_group = work.actor.may(Permission.OPERATE) and all(wanted.values()) and bool(found.items)
    group = {"consumer": consumer, "type": type, "fingerprint": fingerprint} if is_group else None
    columns = (
        Column("event_id", _("Message")),
        Column("consumer", _("Consumer"), only="file"),
        Column("type", _("Event")),
        Column("subject", _("About")),
        Column("attempts", _("Attempts"), number=True),
        Column("parked_at", _("Parked")),
    )
    listing = Listing.of(request, "messages", columns, found.items, next=found.next)
    return page(request, "operations/messages.html", listing=listing, here=here(request), group=group)


@router.get("/parked/{consumer}/{event_id}")
async def one(request: Request, consumer: ConsumerName, event_id: UUID, work: InWork) -> Response:
    """One message: envelope, payload with its faults, what waits behind it, what was done with it."""
    found = await message.message(desk_for(work, Permission.SEE_OPERATIONS), consumer, event_id)
    may_operate = work.actor.may(Permission.OPERATE)
    return page(request, "operations/message.html", message=found, here=here(request), may_operate=may_operate)


@router.post("/parked/{consumer}/{event_id}/requeue")
async def requeue(request: Request, consumer: ConsumerName, event_id: UUID, work: InWork) -> Response:
    """Let one message run again from the beginning."""
    chosen = await _chosen(request, consumer, event_id)
    await deeds.must_do(desk_for(work, Permission.OPERATE), deeds.requeue, chosen.names, chosen.reason)
    return RedirectResponse(f"{here(request)}/parked/{consumer}/{event_id}", 303)


@router.post("/parked/{consumer}/{event_id}/discard")
async def discard(request: Request, consumer: ConsumerName, event_id: UUID, work: InWork) -> Response:
    """Put one message aside for good."""
    chosen = await _chosen(request, consumer, event_id)
    await deeds.must_do(desk_for(work, Permission.OPERATE), deeds.discard, chosen.names, chosen.reason)
    return RedirectResponse(f"{here(request)}/parked/{consumer}/{event_id}", 303)


@router.get("/traces")
async def trace(request: Request, work: InWork, id: Annotated[str, Query(pattern=TRACE)] = "") -> Response:
    """What this service did in one trace, as a tree; without an id, the question for one."""
    desk = desk_for(work, Permission.SEE_OPERATIONS)
    branches = traces.tree(await spans_of(desk, id)) if id else []
    return page(request, "operations/trace.html", branches=branches, wanted=id, here=here(request))


@router.get("/trail")
async def deeds_done(request: Request, work: InWork, rows: Rows) -> Response:
    """What operators did, latest first."""
    desk = desk_for(work, Permission.SEE_OPERATIONS)
    found = await trail(desk, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("at", _("When")),
        Column("by", _("Who"), who("by")),
        Column("action", _("What")),
        Column("consumer", _("Consumer"), only="file"),
        Column("event_id", _("Message"), only="file"),
        Column("why", _("Why"), "reason"),
    )
    listing = Listing.of(request, "trail", columns, found.items, next=found.next)
    return page(request, "operations/trail.html", listing=listing, here=here(request))


async def _start(request: Request, work: InWork, deed: GroupDeed) -> Response:
    form = await form_of(request, ChosenGroup)
    await start(work, form.group, deed, form.reason, form.per_second)
    return RedirectResponse(f"{here(request)}/parked", 303)


async def _chosen(request: Request, consumer: str, event_id: UUID) -> Chosen:
    form = await form_of(request, Why)
    return Chosen(messages=[Name(consumer=consumer, event_id=event_id)], reason=form.reason)


def needs_of(service: str) -> NeedsOf:
    """What waits for operators of `service`."""

    async def needs(work: Work) -> Sequence[Need]:
        """That messages are parked, for whoever may let them run again."""
        if not work.actor.may(Permission.OPERATE):
            return []
        number, since = await parked.waiting(desk_for(work, Permission.OPERATE))
        if since is None:
            return []
        title = _("Look into what %(service)s could not act on") % {"service": service}
        return [Need(Verb.FIX, title, f"/{service}/ops/parked", "", since.date(), is_late=True, count=number)]

    return needs


def pages_knowing(reactions: Reactions) -> APIRouter:
    """The pages of operations, for a service with these reactions."""

    async def know(request: Request) -> None:
        request.state.reactions = reactions

    knowing = APIRouter(dependencies=[Depends(know)])
    for each in (copies_pages.router, history_pages.router, router):  # the most general addresses come last
        knowing.include_router(each)
    return knowing
