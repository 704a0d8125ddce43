"""Remaining performance obligations over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.billing.remaining_obligations import queries
from services.billing.remaining_obligations.model import Band, Exclusion
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web import InWork, View, WorkRoute, refusals

router = APIRouter(prefix="/remaining-obligations", tags=["recognition"], route_class=WorkRoute)


class RemainingView(View):
    currency: str
    bands: dict[Band, Amount]
    total: Amount


class PromisedView(View):
    """A contract line with something left to recognise."""

    contract_id: UUID
    contract_number: str
    contract_name: str
    contract_line_id: UUID
    description: str
    currency: str
    price: Amount
    recognised: Amount
    remaining: Amount


class RemainingLineView(View):
    line: PromisedView
    bands: dict[Band, Amount]


class ReportView(View):
    """What is left on a day, and how many contract lines were left out for which reason."""

    on: date
    totals: list[RemainingView]
    lines: list[RemainingLineView]
    left_out: dict[Exclusion, int]


@router.get("", responses=refusals(NotPermitted))
async def show(
    work: InWork,
    *,
    legal_entity: str,
    on: date,
    without_short: Annotated[bool, Query(description="leave out contracts of a year at most")] = False,
) -> ReportView:
    """The price of active contracts that is not recognised yet, by when it is expected; work billed as done is out."""
    found = await queries.remaining_obligations(work, legal_entity=legal_entity, on=on, without_short=without_short)
    return ReportView.model_validate(found)
