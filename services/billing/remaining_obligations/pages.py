"""Remaining obligations as people see them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.billing.ledger.queries import legal_entities_with_books
from services.billing.remaining_obligations import queries
from shared.pages import InWork, PageRoute, page

router = APIRouter(prefix="/remaining-obligations", route_class=PageRoute)


@router.get("")
async def remaining(
    request: Request,
    work: InWork,
    *,
    wanted: Annotated[str | None, Query(alias="legal_entity", max_length=50)] = None,
    on: date | None = None,
    without_short: bool = False,
) -> Response:
    """What is sold and not recognised yet, by when it is expected."""
    codes = await legal_entities_with_books(work)
    code, day = wanted or next(iter(codes), ""), on or work.now.date()
    found = await queries.remaining_obligations(work, legal_entity=code, on=day, without_short=without_short)
    return page(
        request,
        "billing/remaining_obligations/remaining.html",
        report=found,
        codes=codes,
        legal_entity=code,
        without_short=without_short,
    )
