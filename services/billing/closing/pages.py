"""Closing a month as people see it: what is left to do, and the button when nothing stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.billing.accruals.queries import accrued_in
from services.billing.closing import actions, queries
from services.billing.closing.model import steps_done
from services.billing.ledger.queries import legal_entities_with_books
from services.billing.periods import queries as periods
from services.billing.periods.actions import begin_closing, reopen_period
from services.billing.periods.model import PeriodStatus, month
from services.billing.permissions import Permission
from shared.pages import InWork, PageRoute, form_of, page, toast
from shared.pages.waiting import WAITING_AT_MOST, Need, Verb
from shared.ui.formats import month as month_name
from shared.ui.listing import Column, Listing, Rows, in_month
from shared.ui.words import gettext as _
from shared.web import Body, key_required
from shared.work import Work

router = APIRouter(prefix="/closing", route_class=PageRoute)


class ReopeningForm(Body):
    """Why a closed month is opened again."""

    reason: str = Field(min_length=1, max_length=500)


@router.get("")
async def months(
    request: Request,
    work: InWork,
    rows: Rows,
    wanted: Annotated[str | None, Query(alias="legal_entity", max_length=50)] = None,
) -> Response:
    """The months of a legal entity, the latest first."""
    codes = await legal_entities_with_books(work)
    code = wanted or next(iter(codes), "")
    found = await periods.periods(work, legal_entity=code, cursor=rows.cursor, limit=rows.limit)
    columns = (Column("starts_on", _("Month"), in_month("starts_on")), Column("status", _("Status")))
    listing = Listing.of(request, "closing", columns, found.items, next=found.next)
    return page(request, "billing/closing/months.html", listing=listing, codes=codes, legal_entity=code)


@router.get("/{legal_entity}/{period}")
async def checklist(request: Request, legal_entity: str, period: str, work: InWork) -> Response:
    """What stands in the way of closing a month, and what one should know before."""
    wanted = month(period)
    found = await queries.checklist(work, legal_entity, wanted)
    books = await periods.month_of_books(work, legal_entity, wanted)
    stands = PeriodStatus(books.status) if books is not None else PeriodStatus.OPEN
    is_closed, is_begun = stands is PeriodStatus.CLOSED, stands is not PeriodStatus.OPEN
    accruals = await accrued_in(work, legal_entity, wanted)
    return page(
        request,
        "billing/closing/checklist.html",
        findings={one.concern.value: one for one in found},
        progress=steps_done(found, is_begun=is_begun, is_accrued=accruals > 0, is_closed=is_closed),
        is_blocked=any(one.blocks for one in found),
        stands=stands,
        accruals=accruals,
        legal_entity=legal_entity,
        period=period,
        starts_on=wanted.starts_on,
        may_close=work.actor.may(Permission.CLOSE_PERIODS),
    )


@router.post("/{legal_entity}/{period}/closing", dependencies=[Depends(key_required)])
async def begin(legal_entity: str, period: str, work: InWork) -> Response:
    """Keep everybody from posting into a month but those who close it."""
    await begin_closing(work, legal_entity, month(period))
    said = toast(_("Only those who close the books post into it now."))
    return RedirectResponse(f"/billing/closing/{legal_entity}/{period}", 303, said)


@router.post("/{legal_entity}/{period}/closure", dependencies=[Depends(key_required)])
async def close(legal_entity: str, period: str, work: InWork) -> Response:
    """Close a month."""
    await actions.close_period(work, legal_entity, month(period))
    return RedirectResponse(f"/billing/closing/{legal_entity}/{period}", 303)


@router.post("/{legal_entity}/{period}/reopening", dependencies=[Depends(key_required)])
async def reopen(request: Request, legal_entity: str, period: str, work: InWork) -> Response:
    """Let postings into a closed month again, for a reason that is kept."""
    form = await form_of(request, ReopeningForm)
    await reopen_period(work, legal_entity, month=month(period), reason=form.reason)
    return RedirectResponse(f"/billing/closing/{legal_entity}/{period}", 303)


async def needs(work: Work) -> Sequence[Need]:
    """Months that are over, for whoever may close them."""
    if not work.actor.may(Permission.CLOSE_PERIODS):
        return []
    return [
        Need(
            Verb.CLOSE,
            _("Close %(month)s") % {"month": month_name(one.starts_on)},
            f"/billing/closing/{one.legal_entity}/{one.starts_on:%Y-%m}",
            one.legal_entity,
            one.ends_before,
        )
        for one in await periods.to_close(work, work.now.date(), limit=WAITING_AT_MOST)
    ]
