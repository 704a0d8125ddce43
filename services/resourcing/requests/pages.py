"""Demand as people see it: what projects ask for and deals may bring, against what people can give, by month."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from services.resourcing.permissions import Permission
from services.resourcing.requests import queries
from services.resourcing.requests.model import DemandOfRole, MonthOfDemand, in_all
from shared.pages import InWork, PageRoute, page
from shared.ui.formats import month
from shared.ui.formats import role as shown_role
from shared.ui.listing import Column, Listing, in_hours
from shared.ui.words import gettext as _

router = APIRouter(route_class=PageRoute)
MONTHS = 6
Word = Annotated[str, Query(max_length=200)]
Day = Annotated[date | None, Query(ge=date(1970, 1, 1), lt=date(2200, 1, 1))]


@router.get("/demand")
async def demand(
    request: Request,
    work: InWork,
    *,
    role: Word = "",
    starts_on: Day = None,
) -> Response:
    """Half a year of every staffing role, or of one."""
    first = (starts_on or work.now.date()).replace(day=1)
    before = _later(first, MONTHS)
    table = await queries.demand(work, starts_on=first, ends_before=before)
    roles = table.by_role()
    shown = [one for one in roles if role in ("", one.staffing_role)]
    listing = Listing.of(request, "demand", _columns([one.starts_on for one in table.months()]), shown)
    return page(
        request,
        "resourcing/requests/demand.html",
        listing=listing,
        months=(months := in_all(shown)),
        chart=_chart(months),
        role=role,
        choices=[one.staffing_role for one in roles],
        first=first,
        last=_later(before, -1),
        earlier=listing.link(starts_on=str(_later(first, -MONTHS))),
        later=listing.link(starts_on=str(before)),
        sees_requests=work.actor.may(Permission.SEE_REQUESTS),
    )


def _later(first: date, months: int) -> date:
    """The first day of the month that is `months` behind that of `first`."""
    years, number = divmod(first.month - 1 + months, 12)
    return date(first.year + years, number + 1, 1)


def _chart(months: Sequence[MonthOfDemand]) -> dict[str, list[object]]:
    wanted = [_hours(one.requested_minutes for one in months), _hours(one.pipeline_minutes for one in months)]
    return {
        "months": [month(one.month) for one in months],
        "series": [
            {"name": _("Projects"), "data": wanted[0]},
            {"name": _("Pipeline, weighted"), "data": wanted[1]},
            {"name": _("Capacity"), "data": _hours(one.supply_minutes for one in months), "kind": "line"},
        ],
    }


def _hours(minutes: Iterable[int]) -> list[float]:
    return [round(one / 60, 2) for one in minutes]


def _columns(months: Iterable[date]) -> list[Column]:
    """A column for each month on the page; in the file a line for each, with what it is made of."""
    return [
        Column("month", _("Month"), _of_months(lambda one: one.month), only="file"),
        Column("role", _("Staffing role"), lambda row: shown_role(row.staffing_role)),
        *(Column(f"month-{each}", month(each), number=True, only="page") for each in months),
        Column("projects", _("Projects"), _of_months(in_hours("requested_minutes")), only="file"),
        Column("pipeline", _("Pipeline, weighted"), _of_months(in_hours("pipeline_minutes")), only="file"),
        Column("capacity", _("Capacity"), _of_months(in_hours("supply_minutes")), only="file"),
        Column("missing", _("Missing"), _of_months(in_hours(lambda one: max(one.gap_minutes, 0))), number=True),
    ]


def _of_months(of: Callable[[MonthOfDemand], Any]) -> Callable[[DemandOfRole], tuple[Any, ...]]:
    return lambda role: tuple(of(one) for one in role.months)
