"""Edited copies of parked messages as people see them: write one, look at it beside its original, decide."""

from __future__ import annotations

import json
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from shared.operations import copies, message
from shared.operations.copies import WrongPayload
from shared.operations.copies_api import Decision
from shared.operations.deeds import Named
from shared.operations.desk import desk_for
from shared.operations.parked_api import ConsumerName, Text
from shared.operations.permissions import Permission
from shared.operations.place import here
from shared.pages import InWork, PageRoute, form_of, page, said
from shared.reasons import because
from shared.subjects import is_same_person
from shared.ui.listing import Column, Listing, Rows, who
from shared.ui.words import gettext as _
from shared.web import Body

router = APIRouter(prefix="/ops", route_class=PageRoute)
LONGEST = 1_000_000


class EditedForm(Body):
    """The whole payload as JSON, and why it is edited."""

    payload: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    reason: Text


@router.get("/copies")
async def listed(request: Request, work: InWork, rows: Rows) -> Response:
    """Edited copies, the latest first."""
    found = await copies.listed(desk_for(work, Permission.SEE_OPERATIONS), cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("event_id", _("Message")),
        Column("consumer", _("Consumer")),
        Column("proposed_by", _("Edited by"), who("proposed_by")),
        Column("proposed_at", _("When")),
        Column("state", _("State"), said("operations/copy_state.html", "mark", "state")),
    )
    listing = Listing.of(request, "copies", columns, found.items, next=found.next)
    return page(request, "operations/copies.html", listing=listing, here=here(request))


@router.get("/parked/{consumer}/{event_id}/copies/new")
async def edit(request: Request, consumer: ConsumerName, event_id: UUID, work: InWork) -> Response:
    """The form that holds what a message says, to be put right."""
    found = await message.message(desk_for(work, Permission.OPERATE), consumer, event_id)
    return page(request, "operations/edit.html", message=found, here=here(request))


@router.post("/parked/{consumer}/{event_id}/copies")
async def propose(request: Request, consumer: ConsumerName, event_id: UUID, work: InWork) -> Response:
    """Propose to run an edited copy; somebody else has to approve."""
    desk = desk_for(work, Permission.OPERATE)
    form = await form_of(request, EditedForm)
    copy_id = await copies.propose(desk, Named(consumer, event_id), _payload(form.payload), form.reason)
    return RedirectResponse(f"{here(request)}/copies/{copy_id}", 303)


@router.get("/copies/{edited_copy_id}")
async def show(request: Request, edited_copy_id: UUID, work: InWork) -> Response:
    """An edited copy beside its original."""
    found = await copies.proposal(desk_for(work, Permission.SEE_OPERATIONS), edited_copy_id)
    is_own = await is_same_person(work, found.row.proposed_by)
    may_decide = work.actor.may(Permission.OPERATE) and found.row.state == "proposed"
    return page(request, "operations/copy.html", copy=found, is_own=is_own, may_decide=may_decide, here=here(request))


@router.post("/copies/{edited_copy_id}/approval")
async def approve(request: Request, edited_copy_id: UUID, work: InWork) -> Response:
    """Run a copy that somebody else edited."""
    form = await form_of(request, Decision)
    desk = desk_for(work, Permission.OPERATE)
    await copies.approve(desk, edited_copy_id, form.reason, partial(is_same_person, work))
    return RedirectResponse(f"{here(request)}/copies/{edited_copy_id}", 303)


@router.post("/copies/{edited_copy_id}/refusal")
async def refuse(request: Request, edited_copy_id: UUID, work: InWork) -> Response:
    """Refuse a copy; its original stays parked."""
    form = await form_of(request, Decision)
    await copies.refuse(desk_for(work, Permission.OPERATE), edited_copy_id, form.reason)
    return RedirectResponse(f"{here(request)}/copies/{edited_copy_id}", 303)


def _payload(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError as error:
        raise WrongPayload(because("This is not JSON: %(error)s", error=str(error)), field="/payload") from error
    if not isinstance(said, dict):
        raise WrongPayload(because("A payload is a JSON object."), field="/payload")
    return said
