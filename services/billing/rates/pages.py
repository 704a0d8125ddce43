"""The rates as people see them: which count, what for, and from when on."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.billing.customers.queries import customers_to_choose
from services.billing.permissions import Permission
from services.billing.rates import queries
from services.billing.rates.actions import agree_rate, end_rate
from services.billing.rates.api import EndBody, RateBody
from services.billing.rates.model import Rate, Scope
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page, said
from shared.ui.formats import titled
from shared.ui.listing import Column, Listing, Rows, last_day
from shared.ui.words import gettext as _
from shared.web import key_required

router = APIRouter(prefix="/rates", route_class=PageRoute)
HERE = "/billing/rates"


@router.get("")
async def rates(request: Request, work: InWork, rows: Rows, *, role: str = "", scope: Scope | None = None) -> Response:
    """The rates, by what they are for; `role` is what a new one is begun with."""
    found = await queries.listed(work, scope=scope, contract_line_id=None, cursor=rows.cursor, limit=rows.limit)
    names = await queries.names(work, found.items)
    columns = (
        Column("scope", _("What for"), said("billing/rates/words.html", "words", "reach.scope")),
        Column("who", _("Whom"), lambda row: _whom(row, names)),
        Column("hourly_rate", _("Per hour"), "hourly_rate.amount", number=True, currency="hourly_rate.currency"),
        Column("starts_on", _("From"), "period.starts_on"),
        Column("ends_before", _("Until"), last_day("period.ends_before")),
        Column("act", ""),
    )
    return page(
        request,
        "billing/rates/rates.html",
        listing=Listing.of(request, "rates", columns, found.items, next=found.next),
        whom={row.id: _whom(row, names) for row in found.items},
        customers=await customers_to_choose(work),
        people=await queries.people_to_choose(work),
        role=role,
        scope=scope,
        today=work.now.date(),
        may_agree=work.actor.may(Permission.AGREE_RATES),
    )


@router.post("", dependencies=[Depends(key_required)])
async def agree(request: Request, work: InWork) -> Response:
    """Agree a rate; work that waited for one is valued with it at once."""
    form = await form_of(request, RateBody)
    await agree_rate(work, form.rate(new_id()), gap_is_meant=form.gap_is_meant)
    return RedirectResponse(HERE, 303)


@router.post("/{rate_id}/end", dependencies=[Depends(key_required)])
async def end(request: Request, rate_id: UUID, work: InWork) -> Response:
    """Let a rate end, so that another one can follow."""
    form = await form_of(request, EndBody)
    await end_rate(work, rate_id, **dict(form))
    return RedirectResponse(HERE, 303)


def _whom(rate: Rate, names: Mapping[UUID, str]) -> str:
    """Whom a rate is for, from the role to the line of a contract."""
    of = rate.reach
    ids = filter(None, (of.person_id, of.account_id, of.contract_id, of.contract_line_id))
    said = (of.staffing_role and titled(of.staffing_role), of.grade and titled(of.grade), of.practice)
    return " · ".join(filter(None, (*said, *map(names.get, ids))))
