"""The reconciliation as people see it: three places side by side, and the entries in which they differ."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.billing.ledger.queries import legal_entities_with_books
from services.billing.periods.model import month
from services.billing.reconciliation import queries
from services.billing.reconciliation.model import Reconciliation
from services.billing.reconciliation.queries import Part
from shared.database import Page
from shared.pages import InWork, PageRoute, page, said
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _

router = APIRouter(prefix="/reconciliation", route_class=PageRoute)


@router.get("")
async def reconciliation(
    request: Request,
    work: InWork,
    rows: Rows,
    *,
    wanted: Annotated[str | None, Query(alias="legal_entity", max_length=50)] = None,
    period: Annotated[str, Query(max_length=7)] = "",
    currency: Annotated[str, Query(max_length=3)] = "EUR",
) -> Response:
    """A month of a legal entity, this one unless another is chosen."""
    codes = await legal_entities_with_books(work)
    code = wanted or next(iter(codes), "")
    part = Part(code, month(period or f"{work.now:%Y-%m}").starts_on, currency)
    found = await queries.reconciliation(work, part) if code else Reconciliation([])
    listed = await queries.deviations(work, part, cursor=rows.cursor, limit=rows.limit) if code else Page([], None)
    columns = (
        Column("posted_on", _("Day")),
        Column("text", _("Entry")),
        Column("cause", _("Why"), said("billing/reconciliation/words.html", "cause", "cause")),
        Column("reason", _("Reason"), only="file"),
        Column("batch", _("Batch"), "batch_number"),
        Column("amount", _("Amount"), number=True, currency=lambda _: currency),
    )
    return page(
        request,
        "billing/reconciliation/reconciliation.html",
        found=found,
        listing=Listing.of(request, "deviations", columns, listed.items, next=listed.next),
        codes=codes,
        legal_entity=code,
        period=f"{part.starts_on:%Y-%m}",
        currency=currency,
    )
