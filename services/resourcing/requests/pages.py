"""Demand as people see it: what projects ask for and deals may bring, against what people can give, by month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from services.resourcing.permissions import Permission
from services.resourcing.requests import queries
from services.resourcing.requests.model import DemandOfRole, MonthOfDemand, in_all
from shared.pages import InWork, PageRoute, page
from shared.ui.export import Cell, table_file
from shared.ui.formats import month
from shared.ui.formats import role as shown_role
from shared.ui.listing import Column, Listing
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
    format: Literal["csv", "xlsx"] | None = None,
) -> Response:
    """Half a year of every staffing role, or of one."""
    first = (starts_on or work.now.date()).replace(day=1)
    before = _later(first, MONTHS)
    table = await queries.demand(work, starts_on=first, ends_before=before)
    roles = table.by_role()
    shown = [one for one in roles if role in ("", one.staffing_role)]
    if format:
        return table_file(f"demand-{first:%Y-%m}", _head(), _cells(shown), format)
    columns = (
        Column("role", _("Staffing role")),
        *(Column(f"month-{one.starts_on}", month(one.starts_on), number=True) for one in table.months()),
        Column("missing", _("Missing"), number=True),
    )
    listing = Listing.of(request, "demand", columns, shown, exports=("csv", "xlsx"))
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


def _head() -> Sequence[str]:
    return (_("Month"), _("Staffing role"), _("Projects"), _("Pipeline, weighted"), _("Capacity"), _("Missing"))


def _cells(roles: Iterable[DemandOfRole]) -> Iterator[Sequence[Cell]]:
    """The rows of the file, by role and month; hours to the hundredth."""
    for role in roles:
        for one in role.months:
            parts = (one.requested_minutes, one.pipeline_minutes, one.supply_minutes, max(one.gap_minutes, 0))
            yield (one.month, shown_role(role.staffing_role), *(round(Decimal(each) / 60, 2) for each in parts))
