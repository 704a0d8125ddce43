"""Audit files as people ask for them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.billing.audit_files import queries
from services.billing.audit_files.api import Month, saft_response
from services.billing.audit_files.model.audit_file import from_month_to_month
from services.billing.ledger.queries import legal_entities_with_books
from services.billing.periods.model import month
from services.billing.permissions import Permission
from shared.pages import InWork, PageRoute, page

router = APIRouter(prefix="/audit-files", route_class=PageRoute)


@router.get("")
async def audit_files(request: Request, work: InWork) -> Response:
    """Which books, and from which month to which."""
    work.actor.must(Permission.SEE_LEDGER)
    codes = await legal_entities_with_books(work)
    return page(
        request,
        "billing/audit_files/audit_files.html",
        choices=[(code, code) for code in codes],
        first_month=f"{work.now:%Y}-01",
        last_month=f"{work.now:%Y-%m}",
    )


@router.get("/saf-t")
async def saft(
    work: InWork,
    *,
    wanted: Annotated[str | None, Query(alias="legal_entity", max_length=50)] = None,
    first_month: Month | None = None,
    last_month: Month | None = None,
) -> Response:
    """The books of these months as SAF-T; unless they are named, of this year up to now."""
    code = wanted or next(iter(await legal_entities_with_books(work)), "")
    months = from_month_to_month(month(first_month or f"{work.now:%Y}-01"), month(last_month or f"{work.now:%Y-%m}"))
    return saft_response(await queries.saft(work, code, months), code, months)
