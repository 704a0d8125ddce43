"""Write-offs as people see them: the list, proposing one of an invoice, deciding, recovering."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.billing.permissions import Permission
from services.billing.receivables import queries as receivables
from services.billing.write_offs import actions, queries
from services.billing.write_offs.api import ApprovalBody, RefusalBody
from services.billing.write_offs.model import WriteOffStatus
from shared import subjects
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page, said
from shared.pages.waiting import WAITING_AT_MOST, Need, Verb
from shared.ui.formats import in_currency
from shared.ui.forms import typed_amount
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _
from shared.web import Body, key_required
from shared.work import Work

router = APIRouter(prefix="/write-offs", route_class=PageRoute)


class WriteOffForm(Body):
    """The form of a proposal."""

    invoice_id: UUID
    amount: str
    reclaims_tax: bool = False
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class RecoveryForm(Body):
    """The form of a recovery."""

    amount: str
    on: date | None = None


@router.get("")
async def write_offs(
    request: Request,
    work: InWork,
    rows: Rows,
    q: Annotated[str, Query(max_length=200)] = "",
    status: WriteOffStatus | None = None,
) -> Response:
    """Write-offs, the newest first."""
    found = await queries.listed(work, status=status, words=q, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("number", _("Invoice")),
        Column("customer", _("Customer"), "customer_name"),
        Column("reason", _("Why")),
        Column("status", _("Status"), said("billing/write_offs/status.html", "mark", "status")),
        Column("amount", _("Amount"), number=True, currency="currency"),
        Column("recovered", _("Recovered"), number=True, currency="currency"),
    )
    listing = Listing.of(request, "write-offs", columns, found.items, next=found.next)
    return page(request, "billing/write_offs/write_offs.html", listing=listing, chosen=status)


@router.get("/new")
async def new(request: Request, work: InWork, invoice: UUID | None = None) -> Response:
    """The form: how much of an invoice is given up, and why."""
    work.actor.must(Permission.SEE_INVOICES)
    position = (await receivables.receivable(work, invoice)).position if invoice else None
    may_propose = work.actor.may(Permission.PROPOSE_WRITE_OFFS)
    return page(request, "billing/write_offs/new.html", position=position, may_propose=may_propose)


@router.post("", dependencies=[Depends(key_required)])
async def propose(request: Request, work: InWork) -> Response:
    """Ask for it, and show it."""
    form = await form_of(request, WriteOffForm)
    amount = typed_amount(form.amount, "amount")
    write_off = await actions.propose_write_off(
        work, new_id(), form.invoice_id, amount=amount, reclaims_tax=form.reclaims_tax, reason=form.reason
    )
    return _shown(write_off.id)


@router.get("/{write_off_id}")
async def write_off(request: Request, write_off_id: UUID, work: InWork) -> Response:
    """One write-off, and what may be done with it."""
    found = await queries.write_off(work, write_off_id)
    may_approve = work.actor.may(Permission.APPROVE_WRITE_OFFS)
    return page(
        request,
        "billing/write_offs/write_off.html",
        write_off=found,
        is_proposer=await subjects.is_same_person(work, found.proposed_by),
        may_approve=may_approve,
        may_refuse=may_approve or work.actor.may(Permission.PROPOSE_WRITE_OFFS),
        may_recover=work.actor.may(Permission.RECORD_PAYMENTS),
    )


@router.post("/{write_off_id}/approval")
async def approve(request: Request, write_off_id: UUID, work: InWork) -> Response:
    """Give up what somebody else proposed."""
    form = await form_of(request, ApprovalBody)
    await actions.approve_write_off(work, write_off_id, on=form.on)
    return _shown(write_off_id)


@router.post("/{write_off_id}/refusal")
async def refuse(request: Request, write_off_id: UUID, work: InWork) -> Response:
    """Leave the claim open."""
    form = await form_of(request, RefusalBody)
    await actions.refuse_write_off(work, write_off_id, reason=form.reason)
    return _shown(write_off_id)


@router.post("/{write_off_id}/recoveries", dependencies=[Depends(key_required)])
async def recover(request: Request, write_off_id: UUID, work: InWork) -> Response:
    """Open the claim again by what the customer pays after all."""
    form = await form_of(request, RecoveryForm)
    await actions.recover(work, write_off_id, amount=typed_amount(form.amount, "amount"), on=form.on)
    return _shown(write_off_id)


async def needs(work: Work) -> Sequence[Need]:
    """Write-offs that somebody else proposed, for whoever may approve them."""
    if not work.actor.may(Permission.APPROVE_WRITE_OFFS):
        return []
    found = await queries.listed(work, status=WriteOffStatus.PROPOSED, cursor=None, limit=WAITING_AT_MOST)
    return [
        Need(
            Verb.APPROVE,
            _("Approve a write-off"),
            f"/billing/write-offs/{one.id}",
            f"{one.customer_name} · {in_currency(one.amount, one.currency)}",
            one.proposed_at.date(),
        )
        for one in found.items
        if one.proposed_by != work.actor.subject
    ]


def _shown(write_off_id: UUID) -> Response:
    return RedirectResponse(f"/billing/write-offs/{write_off_id}", 303)
