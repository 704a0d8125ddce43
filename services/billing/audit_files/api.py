"""Audit files over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.billing.audit_files import queries
from services.billing.audit_files.model.audit_file import (
    EndsBeforeItStarts,
    FinerThanCents,
    TooManyMonths,
    from_month_to_month,
)
from services.billing.ledger.model.accounts import NoBooks
from services.billing.periods.model import BadMonth, month
from shared.actor import NotPermitted
from shared.period import Period
from shared.web import InWork, WorkRoute, refusals

router = APIRouter(prefix="/audit-files", tags=["ledger"], route_class=WorkRoute)
Month = Annotated[str, Query(pattern=r"^\d{4}-\d{2}$", description="year and month", examples=["2026-03"])]


@router.get(
    "/saf-t",
    response_class=Response,
    responses={
        200: {"content": {"application/xml": {}}},
        **refusals(NotPermitted, NoBooks, BadMonth, EndsBeforeItStarts, TooManyMonths, FinerThanCents),
    },
)
async def saft(work: InWork, *, legal_entity: str, first_month: Month, last_month: Month) -> Response:
    """The books from one month to another as SAF-T Financial 1.10, twelve months at most."""
    months = from_month_to_month(month(first_month), month(last_month))
    return saft_response(await queries.saft(work, legal_entity, months), legal_entity, months)


def saft_response(content: bytes, legal_entity: str, months: Period) -> Response:
    """An audit file as an answer that is saved under a name that says what it is."""
    entity = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in legal_entity)
    name = f"SAF-T_Financial_{entity}_{months.starts_on:%Y%m%d}.xml"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/xml", headers=headers)
