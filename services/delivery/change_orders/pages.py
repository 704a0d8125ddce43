"""Change orders as people see them: written beside what is sold, seen in their effect, answered for good."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.delivery.change_orders import actions, queries
from services.delivery.change_orders.api import (
    LINES_MAX,
    ChangeApprovalBody,
    ChangeRejectionBody,
    Delta,
    Hourly,
    MinutesDelta,
    Name,
    Reason,
)
from services.delivery.change_orders.model.lines import Asked
from services.delivery.change_orders.model.order import ChangeOrder, ChangeOrderState, Terms
from services.delivery.permissions import Permission
from services.delivery.projects.model.project import Project, ProjectState
from services.delivery.projects.queries import open_projects, visible_margin
from services.delivery.templates.model.rules import BY_THE_HOUR, BillingMethod
from shared.ids import new_id
from shared.pages import InWork, PageRoute, Typed, TypedHours, beside_rows, form_of, page, said, toast
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _
from shared.web import Body
from shared.work import Work

router = APIRouter(prefix="/change-orders", route_class=PageRoute)


class LineForm(Body):
    """What a line gets more or less of; a new one also says what it is."""

    amount_delta: Annotated[Delta, Typed] | None = None
    minutes_delta: Annotated[MinutesDelta, TypedHours] | None = None
    cap_delta: Annotated[Delta, Typed] | None = None
    description: Name | None = None
    method: BillingMethod | None = None
    staffing_role: Name | None = None
    hourly_rate: Annotated[Hourly, Typed] | None = None
    hourly_cost: Annotated[Hourly, Typed] | None = None

    @property
    def says_something(self) -> bool:
        """Whether anything but the choice of a method was typed."""
        return any(value for name, value in self if name != "method")


class ChangeOrderForm(Body):
    """A change order with its lines by their ids; `version` is the one that was open in the form."""

    title: Name
    reason: Reason
    effective_on: date
    new_ends_before: date | None = None
    version: int = 0
    lines: Annotated[dict[UUID, LineForm], Field(max_length=LINES_MAX)] = Field(default_factory=dict)

    def terms(self) -> Terms:
        """Why, from when on, and until when."""
        return Terms(**{one.name: getattr(self, one.name) for one in fields(Terms)})

    def asked(self) -> list[Asked]:
        """The lines that change."""
        return [Asked(one, **line.model_dump()) for one, line in self.lines.items() if line.says_something]


@router.get("")
async def change_orders(request: Request, work: InWork, rows: Rows, state: ChangeOrderState | None = None) -> Response:
    """Change orders of all projects, the newest first."""
    found = await queries.latest_change_orders(work, state=state, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("number", _("Change order")),
        Column("title", _("Title"), only="file"),
        Column("project", _("Project"), "project_name"),
        Column("state", _("State"), said("delivery/change_orders/words.html", "mark", "state")),
        Column("effective_on", _("Effective")),
        Column("amount", _("Price"), "amount_delta", number=True, currency="currency"),
    )
    listing = Listing.of(request, "change-orders", columns, found.items, next=found.next)
    manages = work.actor.may(Permission.MANAGE_PROJECTS)
    choices = await open_projects(work, managed=True) if manages else []
    return page(request, "delivery/change_orders/orders.html", listing=listing, chosen=state, projects=choices)


@router.get("/new/{project_id}")
async def new(request: Request, project_id: UUID, work: InWork) -> Response:
    """An empty form over everything that is sold on the project."""
    work.actor.must(Permission.MANAGE_PROJECTS)
    project = await visible_margin(work, project_id)
    return await _form(request, work, project, None)


@router.get("/rows/{project_id}")
async def row(request: Request, project_id: UUID, work: InWork) -> Response:
    """The fields of one more line that was not sold so far; a part of the form."""
    project = await visible_margin(work, project_id)
    return page(
        request,
        "delivery/change_orders/new_line.html",
        line_id=new_id(),
        line=None,
        currency=project.price.currency,
        methods=list(BillingMethod),
    )


@router.get("/{change_order_id}")
async def change_order(request: Request, change_order_id: UUID, work: InWork) -> Response:
    """One change order: what changes, and what that does to the project."""
    order = await queries.get_change_order(work, change_order_id)
    project = await visible_margin(work, order.project_id)
    return page(
        request,
        "delivery/change_orders/order.html",
        order=order,
        project=project,
        effect=await queries.effect(work, change_order_id),
        is_open=order.state in (ChangeOrderState.DRAFT, ChangeOrderState.SUBMITTED),
        may_change=_may_change(work, project),
        today=work.now.date(),
    )


@router.get("/{change_order_id}/edit")
async def edit(request: Request, change_order_id: UUID, work: InWork) -> Response:
    """The form with what a draft says."""
    work.actor.must(Permission.MANAGE_PROJECTS)
    order = await queries.get_change_order(work, change_order_id)
    return await _form(request, work, await visible_margin(work, order.project_id), order)


@router.post("/new/{project_id}/{change_order_id}")
async def draft(request: Request, project_id: UUID, change_order_id: UUID, work: InWork) -> Response:
    """Keep a new draft, and show what it does."""
    form = await form_of(request, ChangeOrderForm)
    asked = form.asked()
    with beside_rows("lines", [one.line_id for one in asked]):
        await actions.draft_change_order(work, change_order_id, project_id, terms=form.terms(), lines=asked)
    return _to(change_order_id)


@router.post("/{change_order_id}")
async def rewrite(request: Request, change_order_id: UUID, work: InWork) -> Response:
    """Write a draft anew that is still as it was open in the form."""
    form = await form_of(request, ChangeOrderForm)
    asked = form.asked()
    with beside_rows("lines", [one.line_id for one in asked]):
        await actions.rewrite_change_order(work, change_order_id, version=form.version, terms=form.terms(), lines=asked)
    return _to(change_order_id)


@router.post("/{change_order_id}/submission")
async def submit(change_order_id: UUID, work: InWork) -> Response:
    """Put it before the client."""
    await actions.submit_change_order(work, change_order_id)
    return _to(change_order_id, _("It waits for the client's answer."))


@router.post("/{change_order_id}/approval")
async def approve(request: Request, change_order_id: UUID, work: InWork) -> Response:
    """Note that the client agreed; the project follows."""
    form = await form_of(request, ChangeApprovalBody)
    await actions.approve_change_order(work, change_order_id, **form.model_dump())
    return _to(change_order_id, _("The project has changed."))


@router.post("/{change_order_id}/rejection")
async def reject(request: Request, change_order_id: UUID, work: InWork) -> Response:
    """Note that the client did not agree."""
    form = await form_of(request, ChangeRejectionBody)
    await actions.reject_change_order(work, change_order_id, **form.model_dump())
    return _to(change_order_id)


async def _form(request: Request, work: Work, project: Project, order: ChangeOrder | None) -> Response:
    return page(
        request,
        "delivery/change_orders/form.html",
        project=project,
        order=order,
        order_id=order.id if order else new_id(),
        sold=list((await queries.sold_lines(work, project.id)).values()),
        written={line.line_id: line for line in order.lines} if order else {},
        by_the_hour=BY_THE_HOUR,
        methods=list(BillingMethod),
        today=work.now.date(),
    )


def _may_change(work: Work, project: Project) -> bool:
    manages = work.actor.may(Permission.MANAGE_PROJECTS) and project.manager == work.actor.subject
    return manages and project.state is not ProjectState.CLOSED


def _to(change_order_id: UUID, said: str = "") -> Response:
    headers = toast(said) if said else {}
    return RedirectResponse(f"/delivery/change-orders/{change_order_id}", 303, headers)
