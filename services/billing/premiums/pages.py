"""The premiums as people see them: on which days or for what time, for whom, and how much comes on top."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.billing.customers.queries import customers_to_choose
from services.billing.permissions import Permission
from services.billing.premiums import queries
from services.billing.premiums.actions import agree_premium, end_premium
from services.billing.premiums.api import PremiumBody, PremiumEndBody
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page, said
from shared.ui.listing import Column, Listing, Rows, in_hours, last_day
from shared.ui.words import gettext as _
from shared.web import key_required

router = APIRouter(prefix="/premiums", route_class=PageRoute)
HERE = "/billing/premiums"


@router.get("")
async def premiums(request: Request, work: InWork, rows: Rows, *, contract_id: UUID | None = None) -> Response:
    """The premiums, of everything or of one contract."""
    found = await queries.listed(work, contract_id=contract_id, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("kind", _("What for"), said("billing/premiums/words.html", "words", "kind")),
        Column("country", _("Country"), only="file"),
        Column("region", _("Region"), only="file"),
        Column("beyond", _("Beyond hours"), in_hours("beyond_minutes"), only="file"),
        Column("counted_by", _("Counted by"), only="file"),
        Column("who", _("For whom"), lambda row: row.contract_number or row.customer_name or _("Everybody")),
        Column("percent", _("On top"), number=True),
        Column("starts_on", _("From")),
        Column("ends_before", _("Until"), last_day("ends_before")),
        Column("act", ""),
    )
    return page(
        request,
        "billing/premiums/premiums.html",
        listing=Listing.of(request, "premiums", columns, found.items, next=found.next),
        contracts=await queries.contracts_to_choose(work),
        customers=await customers_to_choose(work),
        contract_id=contract_id,
        today=work.now.date(),
        may_agree=work.actor.may(Permission.AGREE_RATES),
    )


@router.post("", dependencies=[Depends(key_required)])
async def agree(request: Request, work: InWork) -> Response:
    """Agree a premium."""
    form = await form_of(request, PremiumBody)
    await agree_premium(work, form.premium(new_id()))
    return RedirectResponse(HERE, 303)


@router.post("/{premium_id}/end", dependencies=[Depends(key_required)])
async def end(request: Request, premium_id: UUID, work: InWork) -> Response:
    """Let a premium end, so that another one can follow."""
    form = await form_of(request, PremiumEndBody)
    await end_premium(work, premium_id, ends_before=form.ends_before)
    return RedirectResponse(HERE, 303)
