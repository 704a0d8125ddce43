"""Re-ratings over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from services.billing.rates.model import Unbilled
from services.billing.re_ratings import queries
from services.billing.re_ratings.actions import start_re_rating
from services.billing.re_ratings.model import NoDays, NoSuchReRating, NothingToReRate
from services.billing.re_ratings.queries import ReRatingFound
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.errors import AlreadyExists
from shared.jobs import JobState
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals
from shared.web.problems import RefersToUnknown

router = APIRouter(prefix="/re-ratings", tags=["re-ratings"], route_class=WorkRoute)


class ChosenWorkBody(Body):
    """Unbilled work of some days, of a contract, of a customer, or all of it."""

    contract_id: UUID | None = None
    customer_id: UUID | None = None
    from_on: date | None = None
    up_to: date | None = None

    def chosen(self) -> Unbilled:
        """As the model has it."""
        return Unbilled(self.contract_id, self.customer_id, self.from_on, self.up_to)


class ReRatingBody(ChosenWorkBody):
    """What to re-rate, and why; the items keep the reason."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class ReRatedExtentView(View):
    """What changes in one currency."""

    currency: str
    items: int
    amount: Amount


class ReRatedContractView(View):
    """What would change of one contract: the items, and what they are worth and would be."""

    contract_id: UUID
    number: str
    name: str
    customer_name: str
    currency: str
    items: int
    from_value: Amount
    to_value: Amount


class ReRatedItemView(View):
    """An item by what it was valued before and since; `amount` is the difference."""

    item_id: UUID
    contract_id: UUID
    day: date
    staffing_role: str | None
    note: str
    currency: str
    minutes: int
    from_rate: Amount
    from_rule: str
    from_premium: str | None
    from_premium_percent: Amount | None
    to_rate: Amount
    to_rule: str
    to_premium: str | None
    to_premium_percent: Amount | None
    amount: Amount


class ReRatingSummary(View):
    """A re-rating as lists show it."""

    id: UUID
    contract_id: UUID | None
    customer_id: UUID | None
    from_on: date | None
    up_to: date | None
    reason: str
    started_by: str
    started_at: datetime


class ReRatingView(ReRatingSummary):
    """A re-rating and what it changed so far; `job` under /jobs tells its progress to whoever started it."""

    state: JobState
    extents: list[ReRatedExtentView]

    @classmethod
    def found(cls, found: ReRatingFound) -> ReRatingView:
        """Show a re-rating."""
        said = {name: getattr(found.re_rating, name) for name in ReRatingSummary.model_fields}
        extents = [ReRatedExtentView.model_validate(one) for one in found.extents]
        return cls(**said, state=found.state, extents=extents)


async def _chosen(
    contract_id: UUID | None = None,
    customer_id: UUID | None = None,
    from_on: date | None = None,
    up_to: date | None = None,
) -> Unbilled:
    return Unbilled(contract_id, customer_id, from_on, up_to)


Chosen = Annotated[Unbilled, Depends(_chosen)]


@router.get("/preview", responses=refusals(NotPermitted, NoDays))
async def preview(
    chosen: Chosen, work: InWork, *, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[ReRatedContractView]:
    """What a re-rating would change now, contract by contract."""
    found = await queries.contracts_to_change(work, chosen, cursor=cursor, limit=limit)
    return PageOf.of(found, ReRatedContractView)


@router.get("/preview/items", responses=refusals(NotPermitted, NoDays))
async def preview_items(
    chosen: Chosen, work: InWork, *, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[ReRatedItemView]:
    """What a re-rating would change now, item by item."""
    found = await queries.items_to_change(work, chosen, cursor=cursor, limit=limit)
    return PageOf.of(found, ReRatedItemView)


@router.put(
    "/{re_rating_id}", responses=refusals(NotPermitted, NoDays, NothingToReRate, AlreadyExists, RefersToUnknown)
)
async def begin(re_rating_id: UUID, body: ReRatingBody, work: InWork) -> ReRatingView:
    """Re-rate in the background what is unbilled; what is on an invoice or a draft stays as it is."""
    await start_re_rating(work, re_rating_id, body.chosen(), reason=body.reason)
    return ReRatingView.found(await queries.one(work, re_rating_id))


@router.get("", responses=refusals(NotPermitted))
async def listed(work: InWork, *, cursor: Cursor = None, limit: Limit = 50) -> PageOf[ReRatingSummary]:
    """Re-ratings, the newest first."""
    return PageOf.of(await queries.listed(work, cursor=cursor, limit=limit), ReRatingSummary)


@router.get("/{re_rating_id}", responses=refusals(NotPermitted, NoSuchReRating))
async def show(re_rating_id: UUID, work: InWork) -> ReRatingView:
    """One re-rating, and how far it is."""
    return ReRatingView.found(await queries.one(work, re_rating_id))


@router.get("/{re_rating_id}/items", responses=refusals(NotPermitted, NoSuchReRating))
async def items(
    re_rating_id: UUID, work: InWork, *, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[ReRatedItemView]:
    """The items that a re-rating changed."""
    found = await queries.changed_items(work, re_rating_id, cursor=cursor, limit=limit)
    return PageOf.of(found, ReRatedItemView)
