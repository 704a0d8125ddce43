"""The pipeline report as people see it: what is open, when it closes, how old it is, and how much is won."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.crm.opportunities.model import Outcome
from services.crm.opportunities.queries import stages
from services.crm.reports import queries
from services.crm.reports.model import Age, MonthFigures, PipelineReport
from shared.pages import InWork, PageRoute, page
from shared.ui.formats import month
from shared.ui.words import gettext as _

router = APIRouter(prefix="/reports/pipeline", route_class=PageRoute)
QUARTERS_SHOWN = 12
QUARTERS_OF_THE_RATE = 4


@router.get("")
async def pipeline(
    request: Request, work: InWork, currency: Annotated[str | None, Query(max_length=3)] = None
) -> Response:
    """One's own deals, or all where the role allows it, in one currency at a time."""
    report = await queries.pipeline(work)
    currencies = _by_use(report)
    chosen = currency or next(iter(currencies), "")
    named = {one.code: one for one in await stages(work)}
    by_stage = [one for one in report.stages if one.currency == chosen and named[one.stage].outcome is Outcome.OPEN]
    ages = {one.age: one for one in report.ages if one.currency == chosen}
    quarters = [one for one in report.quarters if one.currency == chosen][-QUARTERS_SHOWN:]
    lately = quarters[-QUARTERS_OF_THE_RATE:]
    won, closed = sum(one.won for one in lately), sum(one.won + one.lost for one in lately)
    return page(
        request,
        "crm/reports/pipeline.html",
        currency=chosen,
        currencies=currencies,
        stages=[(named[one.stage].name, one) for one in by_stage],
        amount=sum((one.amount for one in by_stage), Decimal()),
        weighted=sum((one.weighted for one in by_stage), Decimal()),
        months=_months([one for one in report.months if one.currency == chosen], work.now.date()),
        ages=[(age, ages[age]) for age in Age if age in ages],
        quarters=quarters,
        win_rate=Decimal(won) / closed if closed else None,
        closed=closed,
        without_account=report.open_without_account,
    )


def _by_use(report: PipelineReport) -> list[str]:
    """The currencies that deals are in, the most used first."""
    used = Counter[str]()
    for stage in report.stages:
        used[stage.currency] += stage.count
    return [currency for currency, _number in used.most_common()]


def _months(figures: Sequence[MonthFigures], today: date) -> list[tuple[str, Decimal, Decimal]]:
    """Each month with what is open in it and what that is worth by probability; what is late comes first, in one."""
    sums: dict[str, list[MonthFigures]] = defaultdict(list)
    for one in figures:
        is_late = one.month is not None and one.month < today.replace(day=1)
        sums[_("No date") if one.month is None else _("Overdue") if is_late else month(one.month)].append(one)
    return [
        (name, sum((one.amount for one in parts), Decimal()), sum((one.weighted for one in parts), Decimal()))
        for name, parts in sums.items()
    ]
