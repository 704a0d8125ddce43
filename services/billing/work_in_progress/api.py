"""Work in progress over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, computed_field

from services.billing.work_in_progress import queries
from services.billing.work_in_progress.actions import hold_item, hold_items, release_item, release_items
from services.billing.work_in_progress.model import NoSuchItem, NotHeld, NotOpen, State, why
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(prefix="/work-in-progress", tags=["work in progress"], route_class=WorkRoute)


class ReasonBody(Body):
    """Why; the audit trail keeps it."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class ChosenBody(ReasonBody):
    """The items that are meant, all of them or none, and why."""

    item_ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]


class ItemView(View):
    """One approved time entry or accepted milestone; `why` says what its value rests on.

    `minutes` are as recorded, `billable_minutes` and `value` what there is to bill, of which `open_minutes` and
    `open_value` wait.
    """

    id: UUID
    state: State
    contract_id: UUID
    contract_line_id: UUID | None
    project_id: UUID
    thread_id: UUID
    entry_id: UUID | None
    entry_version: int | None
    corrects_entry_id: UUID | None
    milestone_id: UUID | None
    person_id: UUID | None
    staffing_role: str | None
    day: date
    minutes: int | None
    billable_minutes: int | None
    open_minutes: int
    transferred_from: UUID | None
    note: str
    currency: str
    rate: Amount | None
    rule: str | None
    premium: str | None
    premium_percent: Amount | None
    on_top_of: UUID | None
    overtime_minutes: int | None
    counted_by: str | None
    beyond_minutes: int | None
    value: Amount | None
    open_value: Amount
    held_because: str | None
    held_at: datetime | None
    invoice_id: UUID | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def why(self) -> str:
        """Why the item has its value, in words."""
        return str(why(self))


@router.get("", responses=refusals(NotPermitted))
async def listed(
    work: InWork,
    *,
    contract_id: UUID | None = None,
    project_id: UUID | None = None,
    state: Annotated[list[State] | None, Query(description="one or several; without it, all")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[ItemView]:
    """Work in progress, by day; `state=unrated` is what waits for a rate."""
    states = frozenset(state or ())
    found = await queries.listed(
        work, contract_id=contract_id, project_id=project_id, states=states, cursor=cursor, limit=limit
    )
    return PageOf.of(found, ItemView)


@router.post("/holds", status_code=204, responses=refusals(NotPermitted, NotOpen))
async def hold_chosen(body: ChosenBody, work: InWork) -> None:
    """Keep items off invoices."""
    await hold_items(work, body.item_ids, reason=body.reason)


@router.post("/releases", status_code=204, responses=refusals(NotPermitted, NotHeld))
async def release_chosen(body: ChosenBody, work: InWork) -> None:
    """Let held items go on an invoice again."""
    await release_items(work, body.item_ids, reason=body.reason)


@router.post("/{item_id}/hold", responses=refusals(NotPermitted, NoSuchItem, NotOpen))
async def hold(item_id: UUID, body: ReasonBody, work: InWork) -> ItemView:
    """Keep an item off invoices."""
    await hold_item(work, item_id, reason=body.reason)
    return ItemView.model_validate(await queries.one(work, item_id))


@router.post("/{item_id}/release", responses=refusals(NotPermitted, NoSuchItem, NotHeld))
async def release(item_id: UUID, body: ReasonBody, work: InWork) -> ItemView:
    """Let a held item go on an invoice again."""
    await release_item(work, item_id, reason=body.reason)
    return ItemView.model_validate(await queries.one(work, item_id))
