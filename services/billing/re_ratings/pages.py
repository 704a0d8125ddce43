"""Re-rating as people see it: what it would change, contract by contract, and what it changed."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.billing.customers.queries import customers_to_choose
from services.billing.permissions import Permission
from services.billing.premiums.model import PremiumKind
from services.billing.premiums.queries import contracts_to_choose
from services.billing.rates.model import OVERTIME_RULE, Scope, Unbilled
from services.billing.re_ratings import queries
from services.billing.re_ratings.actions import start_re_rating
from services.billing.re_ratings.api import ReRatingBody
from services.billing.work_in_progress.model import noted
from shared.ids import new_id
from shared.jobs import ENDED
from shared.pages import InWork, PageRoute, form_of, page
from shared.reasons import Reason, because
from shared.ui.listing import Column, Listing, Rows, in_hours, who
from shared.ui.words import gettext as _
from shared.web import key_required

router = APIRouter(prefix="/re-ratings", route_class=PageRoute)
Chosen = Annotated[Unbilled, Depends()]
HERE = "/billing/re-ratings"


@router.get("")
async def re_ratings(request: Request, work: InWork, rows: Rows) -> Response:
    """The re-ratings, the newest first."""
    found = await queries.listed(work, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("started_at", _("When")),
        Column("days", _("Days"), only="page"),
        Column("from_on", _("From"), only="file"),
        Column("up_to", _("Until"), only="file"),
        Column("reason", _("Why")),
        Column("started_by", _("Who"), who("started_by")),
    )
    listing = Listing.of(request, "re-ratings", columns, found.items, next=found.next)
    return page(request, "billing/re_ratings/re_ratings.html", listing=listing)


@router.get("/preview")
async def preview(
    request: Request,
    work: InWork,
    rows: Rows,
    chosen: Chosen,
) -> Response:
    """What a re-rating would change now, contract by contract."""
    found = await queries.contracts_to_change(work, chosen, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("contract", _("Contract"), "number"),
        Column("name", _("Name"), only="file"),
        Column("customer", _("Customer"), "customer_name"),
        Column("items", _("Items"), number=True),
        Column("from_value", _("Worth now"), number=True, currency="currency"),
        Column("to_value", _("Worth then"), number=True, currency="currency"),
        Column("amount", _("Difference"), lambda row: row.to_value - row.from_value, number=True, currency="currency"),
    )
    sees_contracts = work.actor.may(Permission.SEE_CONTRACTS)
    return page(
        request,
        "billing/re_ratings/preview.html",
        listing=Listing.of(request, "preview", columns, found.items, next=found.next),
        extents=await queries.extents(work, chosen),
        contracts=await contracts_to_choose(work) if sees_contracts else [],
        customers=await customers_to_choose(work) if sees_contracts else [],
        chosen=chosen,
        may_re_rate=work.actor.may(Permission.RE_RATE_WORK),
    )


@router.get("/preview/items")
async def preview_items(
    request: Request,
    work: InWork,
    rows: Rows,
    chosen: Chosen,
) -> Response:
    """What a re-rating would change now, item by item."""
    found = await queries.items_to_change(work, chosen, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("day", _("Day")),
        Column("what", _("What"), "note"),
        Column("minutes", _("Hours"), in_hours("minutes"), number=True),
        Column("from_rate", _("Rate now"), number=True, currency="currency"),
        Column("to_rate", _("Rate then"), number=True, currency="currency"),
        Column("why", _("Why this rate"), _why),
        Column("amount", _("Difference"), number=True, currency="currency"),
    )
    return page(
        request,
        "billing/re_ratings/preview_items.html",
        listing=Listing.of(request, "preview-items", columns, found.items, next=found.next),
        why=_why,
        chosen=request.url.query,
    )


@router.post("", dependencies=[Depends(key_required)])
async def begin(request: Request, work: InWork) -> Response:
    """Re-rate what was looked through."""
    form = await form_of(request, ReRatingBody)
    one = await start_re_rating(work, new_id(), form.chosen(), reason=form.reason)
    return RedirectResponse(f"{HERE}/{one.id}", 303)


@router.get("/{re_rating_id}")
async def re_rating(request: Request, re_rating_id: UUID, work: InWork, rows: Rows) -> Response:
    """One re-rating: how far it is, and each item from what to what."""
    found = await queries.one(work, re_rating_id)
    items = await queries.changed_items(work, re_rating_id, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("day", _("Day")),
        Column("what", _("What"), noted),
        Column("contract", _("Contract"), "number"),
        Column("minutes", _("Hours"), in_hours("minutes"), number=True),
        Column("from_rate", _("Rate before"), number=True, currency="currency"),
        Column("to_rate", _("Rate since"), number=True, currency="currency"),
        Column("why", _("Why this rate"), _why),
        Column("amount", _("Difference"), number=True, currency="currency"),
    )
    return page(
        request,
        "billing/re_ratings/re_rating.html",
        found=found,
        one=found.re_rating,
        is_under_way=found.state not in ENDED,
        why=_why,
        noted=noted,
        listing=Listing.of(request, "items", columns, items.items, next=items.next),
    )


def _why(row: Any) -> Reason:
    if row.to_rule == OVERTIME_RULE:
        return PremiumKind.OVERTIME.words
    words = Scope(row.to_rule).words
    if row.to_premium is None:
        return words
    return because("%(rate)s, %(kind)s", rate=words, kind=PremiumKind(row.to_premium).words)
