"""Handoffs over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.delivery.handoffs import actions, queries
from services.delivery.handoffs.model import HandoffIncomplete, HandoffNotOpen, HandoffState, NoReasons
from services.delivery.handoffs.queries import HandoffInFull
from services.delivery.projects.api.views import ProjectView, project_view
from services.delivery.projects.queries import opened_project
from services.delivery.templates.model.rules import BillingMethod
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.errors import NotFound
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(prefix="/handoffs", tags=["handoffs"], route_class=WorkRoute)


class HandoffAcceptanceBody(Body):
    """Who manages the project (a log-in; without one, whoever accepts) and when it starts, if not as sold."""

    manager: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    starts_on: date | None = None


class HandoffReturnBody(Body):
    """What sales has to put right."""

    reasons: Annotated[list[Annotated[str, Field(max_length=2000)]], Field(max_length=20)]


class HandoffRow(View):
    """A handoff in the list."""

    id: UUID
    opportunity_id: UUID = Field(validation_alias="thread_id")
    number: str
    name: str
    account_id: UUID
    account_name: str
    currency: str
    price: Amount
    starts_on: date
    ends_before: date
    state: HandoffState
    opened_at: datetime
    project_id: UUID | None


class LineView(View):
    line_id: UUID = Field(validation_alias="id")
    description: str
    method: BillingMethod
    amount: Amount
    product: str
    staffing_role: str | None
    minutes: int | None
    hourly_rate: Amount | None
    milestone_due_on: date | None


class RoleView(View):
    staffing_role: str
    minutes: int
    hourly_price: Amount
    hourly_cost: Amount
    line_id: UUID | None
    skills: list[str]


class ContactView(View):
    name: str
    email: str
    role: str


class CheckView(View):
    code: str
    says: str
    is_met: bool
    is_required: bool


class ChoiceView(View):
    """The template that the project would follow, or follows, and why."""

    code: str
    name: str
    rule: str
    reason: str


class HandoffView(View):
    """A handoff with everything that was sold."""

    id: UUID
    opportunity_id: UUID
    number: str
    name: str
    seller: str
    account_id: UUID
    account_name: str
    currency: str
    price: Amount
    cost: Amount
    margin: Amount
    minutes: int
    closed_on: date
    starts_on: date
    ends_before: date
    payment_terms_days: int
    purchase_order: str | None
    quote_reference: str | None
    template_wish: str | None
    revision: int
    correction: str | None
    template: ChoiceView
    lines: list[LineView]
    roles: list[RoleView]
    contacts: list[ContactView]
    checklist: list[CheckView]
    state: HandoffState
    opened_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reasons: list[str]
    project_id: UUID | None


@router.get("", responses=refusals(NotPermitted))
async def list_handoffs(
    work: InWork, state: HandoffState | None = None, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[HandoffRow]:
    """Handoffs in the order in which they were opened."""
    found = await queries.list_handoffs(work, state=state, cursor=cursor, limit=limit)
    return PageOf[HandoffRow].of(found, HandoffRow)


@router.get("/{handoff_id}", responses=refusals(NotPermitted, NotFound))
async def get_handoff(handoff_id: UUID, work: InWork) -> HandoffView:
    """One handoff, its checklist, and which template it leads to and why."""
    return _view(await queries.get_handoff(work, handoff_id))


@router.post(
    "/{handoff_id}/acceptance",
    status_code=201,
    responses=refusals(NotPermitted, NotFound, HandoffNotOpen, HandoffIncomplete),
)
async def accept_handoff(handoff_id: UUID, body: HandoffAcceptanceBody, work: InWork) -> ProjectView:
    """Take the sold work over; answers with the project that now stands for it."""
    project = await actions.accept_handoff(work, handoff_id, manager=body.manager, starts_on=body.starts_on)
    return project_view(await opened_project(work, project))


@router.post("/{handoff_id}/return", responses=refusals(NotPermitted, NotFound, HandoffNotOpen, NoReasons))
async def return_handoff(handoff_id: UUID, body: HandoffReturnBody, work: InWork) -> HandoffView:
    """Send the sold work back to sales."""
    await actions.return_handoff(work, handoff_id, reasons=body.reasons)
    return _view(await queries.get_handoff(work, handoff_id))


def _view(found: HandoffInFull) -> HandoffView:
    handoff, choice = found.handoff, found.choice
    own = {name: getattr(handoff, name) for name in HandoffView.model_fields if hasattr(handoff, name)}
    return HandoffView.model_validate(
        own
        | {
            "account_name": found.account_name,
            "price": handoff.price.amount,
            "margin": handoff.margin.amount,
            "minutes": sum(work.minutes for work in handoff.work()),
            "template": ChoiceView(
                code=choice.template.code, name=choice.template.name, rule=choice.rule, reason=choice.reason
            ),
            "checklist": handoff.checklist(),
        }
    )
