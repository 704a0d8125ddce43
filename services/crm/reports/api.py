"""Reports over HTTP."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter

from services.crm.reports import queries
from services.crm.reports.model import Age
from shared.actor import NotPermitted
from shared.contracts.base import Amount
from shared.web import InWork, View, WorkRoute, refusals

router = APIRouter(prefix="/reports", tags=["reports"], route_class=WorkRoute)


class StageFiguresView(View):
    """The deals in a stage; `weighted` is the sum of amount times probability."""

    stage: str
    currency: str
    count: int
    amount: Amount
    weighted: Amount


class QuarterFiguresView(View):
    """The deals closed in a quarter; a win rate is won divided by (won + lost), by count or by value."""

    quarter: str
    currency: str
    won: int
    lost: int
    won_value: Amount
    lost_value: Amount
    win_rate: Amount | None
    win_rate_by_value: Amount | None


class MonthFiguresView(View):
    """The open deals that are to close in a month, by its first day; null for deals without a closing date."""

    month: date | None
    currency: str
    count: int
    amount: Amount
    weighted: Amount


class AgeFiguresView(View):
    """The open deals that have been in their stage for so many days."""

    age: Age
    currency: str
    count: int
    amount: Amount


class PipelineReportView(View):
    """The pipeline by stage, by when it is to close and by age, and what was won and lost by quarter."""

    stages: list[StageFiguresView]
    quarters: list[QuarterFiguresView]
    months: list[MonthFiguresView]
    ages: list[AgeFiguresView]
    open_without_account: int


@router.get("/pipeline", responses=refusals(NotPermitted))
async def pipeline(work: InWork) -> PipelineReportView:
    """One's own deals, or all where the role allows it."""
    return PipelineReportView.model_validate(await queries.pipeline(work))
