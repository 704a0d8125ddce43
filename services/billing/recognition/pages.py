"""Recognised revenue as people see it: runs, a preview, one run with its reasons, what is behind each figure."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.billing.contracts.model import ContractStatus
from services.billing.ledger.queries import legal_entities_with_books
from services.billing.periods.model import month
from services.billing.permissions import Permission
from services.billing.recognition import actions, queries
from services.billing.recognition.api import JobBody, MaterialsBody, TermsBody
from services.billing.recognition.model.methods import RecognitionMethod
from services.billing.recognition.model.terms import UninstalledMaterials
from shared.contracts.base import Amount
from shared.ids import new_id
from shared.pages import InWork, PageRoute, Typed, form_of, page, toast
from shared.ui.formats import role
from shared.ui.listing import Column, Listing, Rows, in_hours, in_month, who
from shared.ui.words import gettext as _
from shared.web import key_required

router = APIRouter(prefix="/revenue", route_class=PageRoute)
of_contracts = APIRouter(prefix="/contracts", route_class=PageRoute)
LegalEntity = Annotated[str | None, Query(alias="legal_entity", max_length=50)]


class MaterialsForm(MaterialsBody):
    """Materials as they are typed."""

    cost: Annotated[Amount, Typed]


@router.get("")
async def runs(request: Request, work: InWork, rows: Rows, wanted: LegalEntity = None) -> Response:
    """The runs of a legal entity, the newest first."""
    codes = await legal_entities_with_books(work)
    code = wanted or next(iter(codes), None)
    found = await queries.runs(work, legal_entity=code or "", cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("period", _("Month"), in_month("period_starts_on")),
        Column("recognised_at", _("Recognised")),
        Column("by", _("By"), who("recognised_by")),
    )
    listing = Listing.of(request, "revenue", columns, found.items, next=found.next)
    return page(
        request,
        "billing/recognition/runs.html",
        listing=listing,
        codes=codes,
        legal_entity=code,
        may_recognise=work.actor.may(Permission.RECOGNISE_REVENUE),
        today=work.now.date(),
    )


@router.get("/preview")
async def preview(
    request: Request,
    work: InWork,
    wanted: LegalEntity = None,
    period: Annotated[str | None, Query(max_length=7)] = None,
) -> Response:
    """What a month would recognise now; without a month, this one."""
    code = wanted or next(iter(await legal_entities_with_books(work)), "")
    asked = period or f"{work.now:%Y-%m}"
    found = await actions.preview_recognition(work, legal_entity=code, period=month(asked))
    return page(request, "billing/recognition/run.html", run=found, period=asked, job=None)


@router.post("", dependencies=[Depends(key_required)])
async def recognise(request: Request, work: InWork) -> Response:
    """Have a month recognised, and show how far that is."""
    form = await form_of(request, JobBody)
    run_id = new_id()
    await actions.start_recognition(work, run_id, legal_entity=form.legal_entity, period=month(form.period))
    return RedirectResponse(f"/billing/revenue/{run_id}", 303)


@router.get("/lines/{line_id}")
async def line(request: Request, line_id: UUID, work: InWork, rows: Rows) -> Response:
    """The work behind a recognised amount, item by item."""
    found = await queries.origin(work, line_id, cursor=rows.cursor, limit=rows.limit)
    recognised = await queries.recognised_line(work, line_id)
    columns = (
        Column("day", _("Day")),
        Column("note", _("Work")),
        Column("staffing_role", _("Staffing role"), lambda row: role(row.staffing_role)),
        Column("minutes", _("Hours"), in_hours("minutes"), number=True),
        Column("rate", _("Rate"), number=True),
        Column("amount", _("Amount"), number=True, currency=lambda _: recognised.currency),
    )
    listing = Listing.of(request, "recognised-items", columns, found.items, next=found.next)
    return page(request, "billing/recognition/origin.html", listing=listing, line=recognised)


@router.get("/{run_id}")
async def run(request: Request, run_id: UUID, work: InWork) -> Response:
    """One run, line by line; while its job is on, how far it is."""
    found, job = await queries.run_and_job(work, run_id)
    return page(request, "billing/recognition/run.html", run=found, job=job, period=None)


@router.get("/{run_id}/progress")
async def progress(request: Request, run_id: UUID, work: InWork) -> Response:
    """How far the job of a run is; a part of its page."""
    return page(request, "billing/recognition/progress.html", job=await queries.job_of_run(work, run_id))


@of_contracts.get("/{contract_id}/recognition")
async def of_contract(request: Request, contract_id: UUID, work: InWork) -> Response:
    """How the revenue of a contract is recognised, and how far it is; a part of the contract's page."""
    found = await queries.of_contract(work, contract_id)
    tomorrow = work.now.date() + timedelta(days=1)
    return page(
        request,
        "billing/recognition/of_contract.html",
        found=found,
        contract=found.contract,
        earned={one: line.obligation.earned_before(tomorrow) for one, line in found.measured.items()},
        by_cost=[one for one, method in found.methods.items() if method is RecognitionMethod.COST_TO_COST],
        today=work.now.date(),
        may_set=work.actor.may(Permission.ADJUST_LEDGER),
        may_accrue=work.actor.may(Permission.RECOGNISE_REVENUE) and found.contract.status is ContractStatus.ACTIVE,
    )


@of_contracts.post("/{contract_id}/recognition-terms")
async def set_terms(request: Request, contract_id: UUID, work: InWork) -> Response:
    """Say how exactly a contract reckons with percentages, and whether it provides for losses."""
    form = await form_of(request, TermsBody)
    await actions.set_recognition_terms(work, contract_id, **dict(form))
    return RedirectResponse(f"/billing/contracts/{contract_id}", 303, toast(_("It counts from the next run on.")))


@of_contracts.post("/{contract_id}/uninstalled-materials", dependencies=[Depends(key_required)])
async def record_materials(request: Request, contract_id: UUID, work: InWork) -> Response:
    """Record materials that are sold at their cost and are no sign of progress."""
    form = await form_of(request, MaterialsForm)
    materials = UninstalledMaterials(id=new_id(), recorded_by=work.actor.subject, **dict(form))
    await actions.record_materials(work, contract_id, materials)
    return RedirectResponse(
        f"/billing/contracts/{contract_id}", 303, toast(_("Recorded. It stays out of the progress."))
    )
