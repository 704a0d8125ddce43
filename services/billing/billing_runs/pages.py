"""Billing runs as people see them: what would be drafted, what to look at first, and how far a run is."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.billing.billing_runs import queries
from services.billing.billing_runs.actions import leave_out, prepare_run, review_pre_bills, start_run
from services.billing.billing_runs.api import BillingRunBody, LeaveOutBody, ReviewBody, StartBody
from services.billing.invoice_layouts.pages import groupings
from services.billing.permissions import Permission
from shared.ids import new_id
from shared.pages import InWork, PageRoute, chosen_of, form_of, page, said, toast
from shared.ui.listing import Column, Listing, Rows, in_hours, who
from shared.ui.words import gettext as _
from shared.ui.words import ngettext
from shared.web import key_required

router = APIRouter(prefix="/billing-runs", route_class=PageRoute)


@router.get("")
async def runs(request: Request, work: InWork, rows: Rows) -> Response:
    """The runs, the newest first."""
    found = await queries.listed(work, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("up_to", _("Work up to")),
        Column("status", _("Status")),
        Column("pre_bills", _("Contracts"), number=True),
        Column("prepared_by", _("Prepared"), who("prepared_by")),
        Column("prepared_at", _("When")),
    )
    return page(
        request,
        "billing/billing_runs/runs.html",
        listing=Listing.of(request, "runs", columns, found.items, next=found.next),
        groupings=groupings(),
        may_prepare=work.actor.may(Permission.PREPARE_INVOICES),
        today=work.now.date(),
    )


@router.post("")
async def prepare(request: Request, work: InWork) -> Response:
    """Prepare a run."""
    form = await form_of(request, BillingRunBody)
    run = await prepare_run(work, new_id(), form.choice())
    return RedirectResponse(f"/billing/billing-runs/{run.id}", 303)


@router.get("/{billing_run_id}")
async def run(request: Request, billing_run_id: UUID, work: InWork, rows: Rows) -> Response:
    """One run, what needs a look first."""
    found = await queries.run(work, billing_run_id)
    pre_bills = await queries.pre_bills_of(work, billing_run_id, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("contract", _("Contract"), "number"),
        Column("name", _("Name"), only="file"),
        Column("customer", _("Customer"), "customer_name"),
        Column("look", _("Look at"), only="page"),
        Column("unrated", _("Without a rate"), only="file"),
        Column("held", _("Held"), only="file"),
        Column("purchase_order", _("Purchase order"), only="file"),
        Column("status", _("Status"), said("billing/billing_runs/words.html", "states", "status")),
        Column("note", _("Note"), only="file"),
        Column("minutes", _("Hours"), in_hours("minutes"), number=True),
        Column("net", _("Net"), number=True, currency="currency"),
        Column("act", ""),
    )
    return page(
        request,
        "billing/billing_runs/run.html",
        found=found,
        run=found.run,
        listing=Listing.of(request, "pre-bills", columns, pre_bills.items, next=pre_bills.next),
        may_review=work.actor.may(Permission.REVIEW_PRE_BILLS),
        may_start=work.actor.may(Permission.PREPARE_INVOICES),
    )


@router.post("/{billing_run_id}/reviews")
async def review(request: Request, billing_run_id: UUID, work: InWork) -> Response:
    """Let the chosen pre-bills go on, all or none."""
    form = await chosen_of(request, ReviewBody, "contract_ids")
    await review_pre_bills(work, billing_run_id, form.contract_ids, note=form.note)
    said = ngettext("%(num)s pre-bill reviewed.", "%(num)s pre-bills reviewed.", len(form.contract_ids))
    return _back(billing_run_id, said % {"num": len(form.contract_ids)})


@router.post("/{billing_run_id}/exclusions")
async def exclude(request: Request, billing_run_id: UUID, work: InWork) -> Response:
    """Leave the chosen pre-bills out, all or none."""
    form = await chosen_of(request, LeaveOutBody, "contract_ids")
    await leave_out(work, billing_run_id, form.contract_ids, reason=form.reason)
    said = ngettext("%(num)s pre-bill left out.", "%(num)s pre-bills left out.", len(form.contract_ids))
    return _back(billing_run_id, said % {"num": len(form.contract_ids)})


@router.post("/{billing_run_id}/start", dependencies=[Depends(key_required)])
async def begin(request: Request, billing_run_id: UUID, work: InWork) -> Response:
    """Draft what was reviewed."""
    form = await form_of(request, StartBody)
    await start_run(work, billing_run_id, most_invoices=form.most_invoices, most_net=form.most_net)
    return _back(billing_run_id, _("The run has started."))


def _back(run_id: UUID, said: str) -> Response:
    return RedirectResponse(f"/billing/billing-runs/{run_id}", 303, toast(said))
