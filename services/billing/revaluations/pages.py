"""Revaluation as people see it: what open balances are worth at the end of a month, and the button that posts it."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.billing.periods.model import month
from services.billing.permissions import Permission
from services.billing.revaluations.actions import open_balances, revalue
from services.billing.revaluations.model import last_day_of
from shared.pages import InWork, PageRoute, page
from shared.web import key_required

router = APIRouter(prefix="/revaluation", route_class=PageRoute)


@router.get("/{legal_entity}/{period}")
async def balances(request: Request, legal_entity: str, period: str, work: InWork) -> Response:
    """What open balances in foreign currencies stand at, and what they are worth."""
    wanted = month(period)
    return page(
        request,
        "billing/revaluations/balances.html",
        balances=await open_balances(work, legal_entity, wanted),
        legal_entity=legal_entity,
        period=period,
        starts_on=wanted.starts_on,
        day=last_day_of(wanted),
        may_post=work.actor.may(Permission.CLOSE_PERIODS),
    )


@router.post("/{legal_entity}/{period}", dependencies=[Depends(key_required)])
async def post(legal_entity: str, period: str, work: InWork) -> Response:
    """Bring them to what they are worth."""
    await revalue(work, legal_entity, month(period))
    return RedirectResponse(f"/billing/revaluation/{legal_entity}/{period}", 303)
