"""Exchange rates as people see them: which count from when on, entering one, bringing in a file."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from services.billing.exchange_rates import actions, queries
from services.billing.exchange_rates.api import ExchangeRateBody
from services.billing.exchange_rates.model import BadRateFile, read
from services.billing.permissions import Permission
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page
from shared.reasons import because
from shared.ui.listing import Column, Listing, Rows, last_day, who
from shared.ui.words import gettext as _
from shared.web import key_required

router = APIRouter(prefix="/exchange-rates", route_class=PageRoute)
HERE = "/billing/exchange-rates"


@router.get("")
async def rates(
    request: Request,
    work: InWork,
    rows: Rows,
    *,
    currency: Annotated[str | None, Query(max_length=3)] = None,
) -> Response:
    """The rates, the latest first."""
    wanted = (currency or "").strip().upper() or None
    found = await queries.listed(work, currency=wanted, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("starts_on", _("From")),
        Column("ends_before", _("Until"), last_day("ends_before")),
        Column("base", _("One"), "base_currency"),
        Column("rate", _("Is"), number=True, currency="quote_currency"),
        Column("entered", _("Entered"), who("entered_by")),
        Column("entered_at", _("When"), only="file"),
    )
    return page(
        request,
        "billing/exchange_rates/rates.html",
        listing=Listing.of(request, "exchange-rates", columns, found.items, next=found.next),
        currency=wanted,
        today=work.now.date(),
        may_keep=work.actor.may(Permission.KEEP_EXCHANGE_RATES),
    )


@router.post("", dependencies=[Depends(key_required)])
async def enter(request: Request, work: InWork) -> Response:
    """Enter a rate."""
    form = await form_of(request, ExchangeRateBody)
    await actions.enter_rate(work, new_id(), form.exchange_rate(), corrects=form.corrects)
    return RedirectResponse(HERE, 303)


@router.post("/file")
async def bring_in(
    work: InWork, file: Annotated[UploadFile, File()], corrects: Annotated[bool, Form()] = False
) -> Response:
    """Bring in a file of rates."""
    try:
        written = (await file.read()).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadRateFile(because("The file is not written in UTF-8."), field="/file") from None
    await actions.bring_in_rates(work, read(written), corrects=corrects)
    return RedirectResponse(HERE, 303)
