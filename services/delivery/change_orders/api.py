"""Change orders over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from services.delivery.change_orders import actions, queries
from services.delivery.change_orders.model import lines as of_line
from services.delivery.change_orders.model import order as of_order
from services.delivery.change_orders.model.effect import Standing
from services.delivery.change_orders.model.lines import Asked
from services.delivery.change_orders.model.order import ChangeOrderState, NoSuchChangeOrder, Terms
from services.delivery.projects.model.project import NotYourProject, ProjectAlreadyClosed
from services.delivery.templates.model.rules import BillingMethod
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.errors import NotFound, Stale
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, must_match, refusals, set_etag

router = APIRouter(prefix="/change-orders", tags=["change orders"], route_class=WorkRoute)

LINES_MAX = 100
Name = Annotated[str, Field(min_length=1, max_length=200)]
Reason = Annotated[str, Field(min_length=1, max_length=2000)]
Delta = Annotated[Amount, Field(ge=-(10**12), le=10**12)]
Hourly = Annotated[Amount, Field(ge=0, le=10**6)]
MinutesDelta = Annotated[int, Field(ge=-10_000_000, le=10_000_000)]


class ChangedLineBody(Body):
    """What a line gets more or less of; a line that is not sold yet also says what it is.

    Of a sold line of hours the minutes are enough: they are worth its rate.
    """

    line_id: UUID
    amount_delta: Delta | None = None
    minutes_delta: MinutesDelta | None = None
    cap_delta: Delta | None = None
    description: Name | None = None
    method: BillingMethod | None = None
    product: Name | None = None
    staffing_role: Name | None = None
    hourly_rate: Hourly | None = None
    hourly_cost: Hourly | None = None


class DraftBody(Body):
    """What changes, why, from when on, and until when the project goes on then."""

    title: Name
    reason: Reason
    effective_on: date
    new_ends_before: date | None = None
    lines: list[ChangedLineBody] = Field(default=[], max_length=LINES_MAX)


class ChangeOrderBody(DraftBody):
    """A change order of a project."""

    project_id: UUID


class ChangeApprovalBody(Body):
    """Who agreed on the client's side, and when."""

    client_approver: Name
    approved_on: date


class ChangeRejectionBody(Body):
    """Who did not agree on the client's side, when, and why."""

    client_approver: Name
    rejected_on: date
    reason: Reason


class ChangedLineView(View):
    """What a line gets more or less of."""

    line_id: UUID
    description: str
    method: BillingMethod
    amount_delta: Amount
    minutes_delta: int | None
    cap_delta: Amount | None
    product: str
    staffing_role: str | None
    hourly_rate: Amount | None
    hourly_cost: Amount | None
    is_new: bool


class ChangeOrderRow(View):
    """A change order in a list."""

    id: UUID
    project_id: UUID
    number: str
    title: str
    state: ChangeOrderState
    currency: str
    effective_on: date
    amount_delta: Amount


class ChangeOrderView(View):
    """A change order with its lines, and what the client answered."""

    id: UUID
    project_id: UUID
    number: str
    title: str
    reason: str
    state: ChangeOrderState
    currency: str
    effective_on: date
    new_ends_before: date | None
    submitted_by: str | None
    submitted_at: datetime | None
    client_approver: str | None
    answered_on: date | None
    rejection_reason: str | None
    version: int
    lines: list[ChangedLineView]


class StandingView(View):
    """What the project comes to; `margin_share` is of the price."""

    minutes: int
    price: Amount
    cost: Amount
    margin: Amount
    margin_share: Amount | None
    ends_before: date

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """Show `standing`."""
        return cls(
            minutes=standing.minutes,
            price=standing.price.amount,
            cost=standing.cost.amount,
            margin=standing.margin.amount,
            margin_share=standing.margin_share,
            ends_before=standing.ends_before,
        )


class EffectView(View):
    """What the project comes to without the change order and with it."""

    currency: str
    before: StandingView
    after: StandingView


FITTING = (
    NotPermitted,
    NotYourProject,
    NotFound,
    ProjectAlreadyClosed,
    of_order.ChangesNothing,
    of_order.EndsBeforeItStarts,
    of_line.NewLineIncomplete,
    of_line.SoldOtherwise,
    of_line.TakesMoreThanIsSold,
    of_line.LineTwice,
)
DECIDING = (NotPermitted, NotYourProject, NotFound, of_order.ChangeOrderNotSubmitted)


@router.get("", responses=refusals(NotPermitted, NotFound))
async def list_change_orders(
    project_id: UUID, work: InWork, *, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[ChangeOrderRow]:
    """The change orders of a project."""
    found = await queries.list_change_orders(work, project_id, cursor=cursor, limit=limit)
    return PageOf[ChangeOrderRow].of(found, ChangeOrderRow)


@router.get("/{change_order_id}", responses=refusals(NotPermitted, NoSuchChangeOrder))
async def get_change_order(change_order_id: UUID, work: InWork, response: Response) -> ChangeOrderView:
    """One change order."""
    return await _shown(work, change_order_id, response)


@router.get("/{change_order_id}/effect", responses=refusals(NotPermitted, NoSuchChangeOrder))
async def get_effect(change_order_id: UUID, work: InWork) -> EffectView:
    """What it does to hours, dates, price and margin, before anybody agrees to it."""
    found = await queries.effect(work, change_order_id)
    before, after = StandingView.of(found.before), StandingView.of(found.after)
    return EffectView(currency=found.before.price.currency, before=before, after=after)


@router.put("/{change_order_id}", status_code=201, responses=refusals(*FITTING, of_order.ChangeOrderExists))
async def draft_change_order(
    change_order_id: UUID, body: ChangeOrderBody, work: InWork, response: Response
) -> ChangeOrderView:
    """Draft a change order under your own id."""
    terms, lines = _read(body)
    await actions.draft_change_order(work, change_order_id, body.project_id, terms=terms, lines=lines)
    return await _shown(work, change_order_id, response)


@router.patch("/{change_order_id}", responses=refusals(*FITTING, of_order.ChangeOrderNotDraft, Stale))
async def rewrite_change_order(
    change_order_id: UUID, body: DraftBody, work: InWork, *, request: Request, response: Response
) -> ChangeOrderView:
    """Write a draft anew that is still as you have seen it: all of it, its lines too."""
    seen = await queries.get_change_order(work, change_order_id)
    must_match(request, seen.version)
    terms, lines = _read(body)
    await actions.rewrite_change_order(work, change_order_id, version=seen.version, terms=terms, lines=lines)
    return await _shown(work, change_order_id, response)


@router.post(
    "/{change_order_id}/submission",
    responses=refusals(NotPermitted, NotYourProject, NotFound, of_order.ChangeOrderNotDraft),
)
async def submit_change_order(change_order_id: UUID, work: InWork, response: Response) -> ChangeOrderView:
    """Put a change order before the client."""
    await actions.submit_change_order(work, change_order_id)
    return await _shown(work, change_order_id, response)


@router.post(
    "/{change_order_id}/approval",
    responses=refusals(*DECIDING, ProjectAlreadyClosed, of_order.AgreedInFuture, of_line.TakesMoreThanIsSold),
)
async def approve_change_order(
    change_order_id: UUID, body: ChangeApprovalBody, work: InWork, response: Response
) -> ChangeOrderView:
    """Note that the client agreed, which is final: scope, plan and contract follow."""
    await actions.approve_change_order(work, change_order_id, **body.model_dump())
    return await _shown(work, change_order_id, response)


@router.post("/{change_order_id}/rejection", responses=refusals(*DECIDING))
async def reject_change_order(
    change_order_id: UUID, body: ChangeRejectionBody, work: InWork, response: Response
) -> ChangeOrderView:
    """Note that the client did not agree, which is final too."""
    await actions.reject_change_order(work, change_order_id, **body.model_dump())
    return await _shown(work, change_order_id, response)


def _read(body: DraftBody) -> tuple[Terms, list[Asked]]:
    """The change order as the actions take it."""
    terms = Terms(**{name: getattr(body, name) for name in ("title", "reason", "effective_on", "new_ends_before")})
    return terms, [Asked(**line.model_dump()) for line in body.lines]


async def _shown(work: InWork, change_order_id: UUID, response: Response) -> ChangeOrderView:
    order = await queries.get_change_order(work, change_order_id)
    set_etag(response, order.version)
    parts = {**vars(order.terms), **vars(order.answer)}
    shown = {name: parts.get(name, getattr(order, name, None)) for name in ChangeOrderView.model_fields}
    return ChangeOrderView.model_validate(shown)
