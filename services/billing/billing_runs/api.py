"""Billing runs over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from services.billing.billing_runs import queries
from services.billing.billing_runs.actions import leave_out, prepare_run, review_pre_bills, start_run
from services.billing.billing_runs.model import (
    Choice,
    NoSuchBillingRun,
    NothingToRun,
    NotInThisState,
    NotReviewedYet,
    PreBillStatus,
    RunStartedAlready,
    RunStatus,
    TooMuchForOneRun,
)
from services.billing.billing_runs.queries import RunFound
from services.billing.contracts.model import Method
from services.billing.invoice_layouts.api import Wording
from services.billing.invoice_layouts.model import Grouping, UnknownPlaceholder
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.errors import AlreadyExists
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, key_required, refusals
from shared.web.problems import RefersToUnknown

router = APIRouter(prefix="/billing-runs", tags=["billing runs"], route_class=WorkRoute)


class BillingRunBody(Body):
    """What to bill: work up to and including a day, narrowed by what is given, and how it is put on lines.

    `wording` is what a line says, in which {line}, {role}, {person}, {note}, {from}, {to}, {contract} and
    {purchase_order} are filled in. Without `grouping` or `wording`, the layout of each legal entity decides.
    """

    up_to: date
    customer_id: UUID | None = None
    project_id: UUID | None = None
    method: Method | None = None
    grouping: Grouping | None = None
    wording: Wording | None = None

    def choice(self) -> Choice:
        """As the model has it."""
        return Choice(self.up_to, self.customer_id, self.project_id, self.method, self.grouping, self.wording)


class PreBillsBody(Body):
    """The contracts whose pre-bills are meant, all of them or none."""

    contract_ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]


class ReviewBody(PreBillsBody):
    """What whoever approves the invoices should know."""

    note: Annotated[str, Field(max_length=500)] = ""


class LeaveOutBody(PreBillsBody):
    """Why they are not billed now."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class StartBody(Body):
    """The most that may come of it: how many invoices, and how much in each currency."""

    most_invoices: Annotated[int, Field(ge=1, le=100_000)]
    most_net: Annotated[Amount, Field(gt=Decimal(0))]


class ExtentView(View):
    """What would be drafted now in one currency."""

    currency: str
    pre_bills: int
    invoices: int
    unreviewed: int
    net: Amount


class BillingRunView(View):
    """A run; `job` under /jobs tells its progress to whoever started it, `done` of `total` to everybody."""

    id: UUID
    status: RunStatus
    up_to: date
    customer_id: UUID | None
    project_id: UUID | None
    method: Method | None
    grouping: Grouping | None
    wording: str | None
    prepared_by: str
    prepared_at: datetime
    started_by: str | None
    started_at: datetime | None
    most_invoices: int | None
    most_net: Amount | None
    done: int
    total: int
    extents: list[ExtentView]

    @classmethod
    def found(cls, found: RunFound) -> BillingRunView:
        """Show a run."""
        said = {name: getattr(found.run, name) for name in cls.model_fields if hasattr(found.run, name)}
        extents = [ExtentView.model_validate(one) for one in found.extents]
        return cls(**said, done=found.done, total=found.total, extents=extents)


class RunSummary(View):
    """A run as lists show it."""

    id: UUID
    status: RunStatus
    up_to: date
    prepared_by: str
    prepared_at: datetime
    pre_bills: int


class PreBillView(View):
    """What a run makes of one contract, and what is in the way of more; not `is_clear` means: look at it.

    `net` is what is left when caps wrote down what is `beyond_caps` and what was paid in advance was `drawn`.
    """

    contract_id: UUID
    number: str
    name: str
    customer_name: str
    project_id: UUID | None
    purchase_order: str | None
    status: PreBillStatus
    is_clear: bool
    unrated: int
    held: int
    items: int
    minutes: int
    net: Amount
    drawn: Amount
    beyond_caps: Amount
    lacks_address: bool
    lacks_tax_id: bool
    lacks_order: bool
    is_order_spent: bool
    currency: str
    note: str
    decided_by: str | None
    decided_at: datetime | None
    invoice_id: UUID | None


@router.put(
    "/{billing_run_id}",
    responses=refusals(NotPermitted, AlreadyExists, NothingToRun, UnknownPlaceholder, RefersToUnknown),
)
async def prepare(billing_run_id: UUID, body: BillingRunBody, work: InWork) -> BillingRunView:
    """Find everything that waits to be invoiced; nothing is drafted yet."""
    await prepare_run(work, billing_run_id, body.choice())
    return BillingRunView.found(await queries.run(work, billing_run_id))


@router.get("", responses=refusals(NotPermitted))
async def listed(work: InWork, *, cursor: Cursor = None, limit: Limit = 50) -> PageOf[RunSummary]:
    """Runs, the newest first."""
    return PageOf.of(await queries.listed(work, cursor=cursor, limit=limit), RunSummary)


@router.get("/{billing_run_id}", responses=refusals(NotPermitted, NoSuchBillingRun))
async def show(billing_run_id: UUID, work: InWork) -> BillingRunView:
    """One run: what it would draft now, or how far it is."""
    return BillingRunView.found(await queries.run(work, billing_run_id))


@router.get("/{billing_run_id}/pre-bills", responses=refusals(NotPermitted, NoSuchBillingRun))
async def pre_bills(
    billing_run_id: UUID, work: InWork, *, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[PreBillView]:
    """The pre-bills of a run, those first that somebody should look at."""
    return PageOf.of(await queries.pre_bills_of(work, billing_run_id, cursor=cursor, limit=limit), PreBillView)


@router.post(
    "/{billing_run_id}/reviews",
    status_code=204,
    responses=refusals(NotPermitted, NoSuchBillingRun, RunStartedAlready, NotInThisState),
)
async def review(billing_run_id: UUID, body: ReviewBody, work: InWork) -> None:
    """Let pre-bills go on; marks up and down are made on their items before."""
    await review_pre_bills(work, billing_run_id, body.contract_ids, note=body.note)


@router.post(
    "/{billing_run_id}/exclusions",
    status_code=204,
    responses=refusals(NotPermitted, NoSuchBillingRun, RunStartedAlready, NotInThisState),
)
async def exclude(billing_run_id: UUID, body: LeaveOutBody, work: InWork) -> None:
    """Leave pre-bills out of the run; their work stays open."""
    await leave_out(work, billing_run_id, body.contract_ids, reason=body.reason)


@router.post(
    "/{billing_run_id}/start",
    dependencies=[Depends(key_required)],
    responses=refusals(
        NotPermitted, NoSuchBillingRun, RunStartedAlready, NotReviewedYet, NothingToRun, TooMuchForOneRun
    ),
)
async def begin(billing_run_id: UUID, body: StartBody, work: InWork) -> BillingRunView:
    """Draft what was reviewed, in the background; each invoice is then approved by somebody else as always."""
    await start_run(work, billing_run_id, most_invoices=body.most_invoices, most_net=body.most_net)
    return BillingRunView.found(await queries.run(work, billing_run_id))
