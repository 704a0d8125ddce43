"""Revenue recognition over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from services.billing.contracts.model import NoSuchContract, NoSuchSoldLine
from services.billing.exchange_rates.model import MissingExchangeRate
from services.billing.ledger.model.accounts import NoBooks
from services.billing.periods.model import BadMonth, PeriodClosed, month
from services.billing.progress.model import Measure
from services.billing.recognition import queries
from services.billing.recognition.actions import (
    preview_recognition,
    recognise_revenue,
    record_materials,
    set_recognition_terms,
    start_recognition,
)
from services.billing.recognition.model.earned import NoSuchRecognition, NoSuchRun
from services.billing.recognition.model.methods import RecognitionMethod
from services.billing.recognition.model.terms import CostsNothing, NotMeasured, UninstalledMaterials
from shared.actor import NotPermitted
from shared.contracts.base import Amount, Minutes
from shared.ids import new_id
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, key_required, refusals

router = APIRouter(tags=["recognition"], route_class=WorkRoute)


class RunBody(Body):
    """The month to recognise; a dry run shows what would be recognised and does nothing."""

    legal_entity: str
    period: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$", description="year and month", examples=["2026-03"])]
    dry_run: bool = False


class JobBody(Body):
    """The month to recognise by a job."""

    legal_entity: str
    period: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$", description="year and month", examples=["2026-03"])]


class StartedView(View):
    """The job that recognises, to be asked for under /jobs, and the run that it fills."""

    job_id: UUID
    run_id: UUID


class TermsBody(Body):
    """How a contract's revenue is recognised where it differs from the usual."""

    percent_precision: Annotated[
        int | None, Field(ge=0, le=6, description="digits of a percentage behind the point; none: it is not rounded")
    ] = None
    provides_for_losses: bool = Field(default=False, description="a loss in sight is provided for at once")
    measured_by: Measure = Field(
        default=Measure.COST, description="of which measurements a fraction of cost to cost is"
    )
    reason: str = Field(min_length=1, max_length=500)


class TermsView(View):
    percent_precision: int | None
    provides_for_losses: bool
    measured_by: Measure


class MaterialsBody(Body):
    """Materials that the customer has and that nobody has installed yet; their cost is in the cost measured."""

    contract_line_id: UUID
    delivered_on: date
    cost: Amount
    description: str = Field(min_length=1, max_length=500)


class MaterialsView(View):
    id: UUID
    contract_line_id: UUID
    delivered_on: date
    cost: Amount
    description: str
    recorded_by: str


class RecognisedLineView(View):
    """What was recognised on one contract line: the difference, and everything so far."""

    id: UUID | None
    contract_id: UUID
    contract_line_id: UUID
    contract_number: str
    description: str
    currency: str
    amount: Amount
    cumulative: Amount
    paid_on: Amount = Field(description="what of `amount` was paid as the client's agent and is no revenue")
    item_count: int
    entry_id: UUID | None
    method: RecognitionMethod
    basis: str | None = Field(description="what a measured figure follows from")
    measurement_id: UUID | None
    is_beyond: bool = Field(description="on top of the price of a measured line, such as overage on a retainer")


class LossProvisionView(View):
    """What a run changed of the provision for the loss on a contract, and what is provided for since."""

    id: UUID | None
    contract_id: UUID
    contract_number: str
    currency: str
    amount: Amount
    cumulative: Amount
    entry_id: UUID | None


class RunView(View):
    """A run without its lines."""

    id: UUID | None
    legal_entity: str
    period_starts_on: date
    recognised_at: datetime
    recognised_by: str


class RunInFullView(RunView):
    lines: list[RecognisedLineView]
    provisions: list[LossProvisionView]


class RecognisedItemView(View):
    """A time entry or milestone behind recognised revenue."""

    id: UUID
    entry_id: UUID | None
    milestone_id: UUID | None
    task_id: UUID | None
    person_id: UUID | None
    staffing_role: str | None
    day: date
    minutes: Minutes | None
    note: str
    rate: Amount | None
    amount: Amount


class PositionView(View):
    """Recognised less billed: an asset while we are ahead of our invoices, a liability while they are ahead of us."""

    contract_id: UUID
    currency: str
    recognised: Amount
    billed: Amount
    contract_asset: Amount
    contract_liability: Amount


@router.post(
    "/recognition-runs",
    status_code=201,
    dependencies=[Depends(key_required)],
    responses=refusals(NotPermitted, NoBooks, BadMonth, PeriodClosed, MissingExchangeRate),
)
async def recognise(body: RunBody, work: InWork) -> RunInFullView:
    """Recognise what was delivered by the end of a month and not yet recognised."""
    period = month(body.period)
    if body.dry_run:
        run = await preview_recognition(work, legal_entity=body.legal_entity, period=period)
    else:
        run = await recognise_revenue(work, new_id(), legal_entity=body.legal_entity, period=period)
    return RunInFullView.model_validate(run)


@router.post(
    "/recognition-jobs",
    status_code=202,
    dependencies=[Depends(key_required)],
    responses=refusals(NotPermitted, NoBooks, BadMonth, PeriodClosed, MissingExchangeRate),
)
async def recognise_in_background(body: JobBody, work: InWork) -> StartedView:
    """Recognise a month by a job, some contracts at a time; `/jobs/{id}` tells how far it is."""
    run_id = new_id()
    await start_recognition(work, run_id, legal_entity=body.legal_entity, period=month(body.period))
    return StartedView(job_id=run_id, run_id=run_id)


@router.post("/contracts/{contract_id}/recognition-terms", responses=refusals(NotPermitted, NoSuchContract))
async def set_terms(contract_id: UUID, body: TermsBody, work: InWork) -> TermsView:
    """Say how exactly a contract reckons with percentages, and whether it provides for losses."""
    terms = await set_recognition_terms(
        work,
        contract_id,
        percent_precision=body.percent_precision,
        provides_for_losses=body.provides_for_losses,
        measured_by=body.measured_by,
        reason=body.reason,
    )
    return TermsView.model_validate(terms)


@router.put(
    "/contracts/{contract_id}/uninstalled-materials/{materials_id}",
    status_code=201,
    responses=refusals(NotPermitted, NoSuchContract, NoSuchSoldLine, NotMeasured, CostsNothing),
)
async def put_materials(contract_id: UUID, materials_id: UUID, body: MaterialsBody, work: InWork) -> MaterialsView:
    """Record materials that are sold at their cost and are no sign of progress."""
    materials = UninstalledMaterials(
        materials_id, body.contract_line_id, body.delivered_on, body.cost, body.description, work.actor.subject
    )
    return MaterialsView.model_validate(await record_materials(work, contract_id, materials))


@router.get("/recognition-runs", responses=refusals(NotPermitted))
async def list_runs(work: InWork, *, legal_entity: str, cursor: Cursor = None, limit: Limit = 50) -> PageOf[RunView]:
    """The runs of a legal entity, the newest first."""
    found = await queries.runs(work, legal_entity=legal_entity, cursor=cursor, limit=limit)
    return PageOf[RunView].of(found, RunView)


@router.get("/recognition-runs/{run_id}", responses=refusals(NotPermitted, NoSuchRun))
async def show_run(run_id: UUID, work: InWork) -> RunInFullView:
    """One run, line by line."""
    return RunInFullView.model_validate(await queries.run(work, run_id))


@router.get("/recognised-lines/{line_id}/origin", responses=refusals(NotPermitted, NoSuchRecognition))
async def show_origin(
    line_id: UUID, work: InWork, *, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[RecognisedItemView]:
    """The items behind a recognised amount, which is their sum."""
    return PageOf[RecognisedItemView].of(
        await queries.origin(work, line_id, cursor=cursor, limit=limit), RecognisedItemView
    )


@router.get("/contracts/{contract_id}/position", responses=refusals(NotPermitted, NoSuchContract))
async def show_position(contract_id: UUID, work: InWork) -> PositionView:
    """What is recognised and billed on a contract, and the balance between the two."""
    return PositionView.model_validate(await queries.position(work, contract_id))
