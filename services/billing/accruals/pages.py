"""Accruals as people see them: what was taken for earned at the end of each month, and one more, seen before posted."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.billing.accruals import actions, queries
from services.billing.accruals.api import AccrualBody
from services.billing.contracts import queries as contracts
from services.billing.contracts.model import ContractStatus
from services.billing.ledger.queries import legal_entities_with_books
from services.billing.periods.model import month
from services.billing.permissions import Permission
from shared.contracts.base import Amount, Minutes
from shared.ids import new_id
from shared.pages import InWork, PageRoute, Typed, TypedHours, form_of, page, toast
from shared.ui.listing import Column, Listing, Rows, in_hours, in_month, who
from shared.ui.words import gettext as _
from shared.web import key_required

router = APIRouter(prefix="/accruals", route_class=PageRoute)


class AccrualForm(AccrualBody):
    """An estimate as it is typed."""

    minutes: Annotated[Minutes, TypedHours] | None = None
    amount: Annotated[Amount, Typed] | None = None


@router.get("")
async def accruals(
    request: Request,
    work: InWork,
    rows: Rows,
    *,
    wanted: Annotated[str | None, Query(alias="legal_entity", max_length=50)] = None,
    period: Annotated[str, Query(max_length=7)] = "",
) -> Response:
    """What a legal entity accrued, the latest first, or at the end of one month."""
    codes = await legal_entities_with_books(work)
    code = wanted or next(iter(codes), "")
    starts_on = month(period).starts_on if period else None
    found = await queries.latest(work, legal_entity=code, starts_on=starts_on, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("period", _("Month"), in_month("period_starts_on")),
        Column("contract", _("Contract"), "contract_number"),
        Column("line", _("Line"), "line_description", only="file"),
        Column("minutes", _("Hours"), in_hours("minutes"), number=True),
        Column("amount", _("Amount"), number=True, currency="currency"),
        Column("reason", _("Why")),
        Column("by", _("By"), who("accrued_by")),
        Column("at", _("When"), "accrued_at", only="file"),
        Column("entries", _("Entries"), only="page"),
    )
    return page(
        request,
        "billing/accruals/accruals.html",
        listing=Listing.of(request, "accruals", columns, found.items, next=found.next),
        codes=codes,
        legal_entity=code,
        period=period,
        may_accrue=work.actor.may(Permission.RECOGNISE_REVENUE),
    )


@router.get("/new")
async def new(
    request: Request,
    work: InWork,
    rows: Rows,
    *,
    contract: UUID | None = None,
    period: Annotated[str, Query(max_length=7)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The form of an estimate on one contract; before that, the active contracts to choose from."""
    work.actor.must(Permission.RECOGNISE_REVENUE)
    chosen = f"{month(period).starts_on if period else work.now.date():%Y-%m}"
    if contract is not None:
        found = await contracts.contract(work, contract)
        return page(request, "billing/accruals/new.html", contract=found, period=chosen)
    active = await contracts.listed(
        work, status=ContractStatus.ACTIVE, words=q, descending=True, cursor=rows.cursor, limit=rows.limit
    )
    columns = (
        Column("number", _("Number")),
        Column("name", _("Contract")),
        Column("customer", _("Customer"), "customer_name"),
    )
    listing = Listing.of(request, "contracts", columns, active.items, next=active.next)
    return page(request, "billing/accruals/new.html", contract=None, listing=listing, period=chosen)


@router.post("/preview")
async def preview(request: Request, work: InWork) -> Response:
    """What would be posted; a part of the form."""
    form = await form_of(request, AccrualForm)
    accrual = await actions.preview_accrual(work, form.asked(new_id()))
    return page(request, "billing/accruals/preview.html", accrual=accrual)


@router.post("", dependencies=[Depends(key_required)])
async def accrue(request: Request, work: InWork) -> Response:
    """Take the estimate for earned."""
    form = await form_of(request, AccrualForm)
    accrual = await actions.accrue_revenue(work, form.asked(new_id()))
    said = toast(_("Accrued; it is taken back on the next day by itself."))
    return RedirectResponse(
        f"/billing/accruals?legal_entity={accrual.legal_entity}&period={accrual.period_starts_on:%Y-%m}", 303, said
    )
