"""Handoffs as people see them: the inbox, and one handoff that is accepted or returned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BeforeValidator, Field

from services.delivery.handoffs import actions, queries
from services.delivery.handoffs.api import HandoffAcceptanceBody
from services.delivery.handoffs.model import HandoffState
from services.delivery.permissions import Permission
from services.delivery.projects.queries import managers
from shared.pages import InWork, PageRoute, form_of, page, said, toast
from shared.pages.waiting import WAITING_AT_MOST, Need, Verb
from shared.ui.formats import in_currency
from shared.ui.listing import Column, Listing, Rows, last_day
from shared.ui.words import gettext as _
from shared.web import Body
from shared.work import Work

router = APIRouter(prefix="/handoffs", route_class=PageRoute)


def lines_of(typed: Any) -> list[str]:
    """What somebody typed line by line."""
    return [line.strip() for line in str(typed).splitlines() if line.strip()]


Lines = Annotated[list[Annotated[str, Field(max_length=2000)]], BeforeValidator(lines_of), Field(max_length=20)]


class ReturnForm(Body):
    """What sales has to put right, one reason a line."""

    reasons: Lines = Field(default_factory=list)


@router.get("")
async def handoffs(
    request: Request, work: InWork, rows: Rows, state: HandoffState | Literal["all"] = HandoffState.OPEN
) -> Response:
    """The open handoffs, those first that wait the longest; unless asked otherwise, then the newest first."""
    only = state if isinstance(state, HandoffState) else None
    found = await queries.list_handoffs(
        work, state=only, descending=only is not HandoffState.OPEN, cursor=rows.cursor, limit=rows.limit
    )
    columns = (
        Column("number", _("Opportunity")),
        Column("name", _("Name"), only="file"),
        Column("account", _("Customer"), "account_name"),
        Column("state", _("State"), said("delivery/handoffs/state.html", "mark", "state")),
        Column("price", _("Sold for"), number=True, currency="currency"),
        Column("starts_on", _("Starts")),
        Column("ends_on", _("Ends"), last_day("ends_before")),
        Column("opened_at", _("Waits since")),
    )
    listing = Listing.of(request, "handoffs", columns, found.items, next=found.next)
    return page(request, "delivery/handoffs/handoffs.html", listing=listing, chosen=state)


@router.get("/{handoff_id}")
async def handoff(request: Request, handoff_id: UUID, work: InWork) -> Response:
    """One handoff: what was sold, what to look for, and the template that it leads to."""
    found = await queries.get_handoff(work, handoff_id)
    may_decide = work.actor.may(Permission.DECIDE_HANDOFFS) and found.handoff.state is HandoffState.OPEN
    return page(
        request,
        "delivery/handoffs/handoff.html",
        handoff=found.handoff,
        account_name=found.account_name,
        choice=found.choice,
        sees_margin=work.actor.may(Permission.VIEW_MARGIN),
        may_decide=may_decide,
        managers=await managers(work) if may_decide else [],
        me=work.actor.subject,
    )


@router.post("/{handoff_id}/acceptance")
async def accept(request: Request, handoff_id: UUID, work: InWork) -> Response:
    """Take the sold work over, and show the project, or the handoff where somebody else manages it."""
    form = await form_of(request, HandoffAcceptanceBody)
    project = await actions.accept_handoff(work, handoff_id, manager=form.manager, starts_on=form.starts_on)
    is_mine = project.manager == work.actor.subject
    path = f"/delivery/projects/{project.id}" if is_mine else f"/delivery/handoffs/{handoff_id}"
    return _moved(path, _("Project %(number)s stands.") % {"number": project.number})


@router.post("/{handoff_id}/return")
async def send_back(request: Request, handoff_id: UUID, work: InWork) -> Response:
    """Send the sold work back to sales."""
    form = await form_of(request, ReturnForm)
    await actions.return_handoff(work, handoff_id, reasons=form.reasons)
    return _moved("/delivery/handoffs", _("The handoff is back with sales."))


async def needs(work: Work) -> Sequence[Need]:
    """Handoffs to accept or return."""
    if not work.actor.may(Permission.DECIDE_HANDOFFS):
        return []
    found = await queries.list_handoffs(work, state=HandoffState.OPEN, cursor=None, limit=WAITING_AT_MOST)
    return [
        Need(
            Verb.APPROVE,
            _("Accept a handoff"),
            f"/delivery/handoffs/{one.id}",
            f"{one.account_name} · {one.name} · {in_currency(one.price, one.currency)}",
            one.opened_at.date(),
            is_late=one.starts_on <= work.now.date(),
        )
        for one in found.items
    ]


def _moved(path: str, said: str) -> Response:
    return RedirectResponse(path, 303, toast(said))
