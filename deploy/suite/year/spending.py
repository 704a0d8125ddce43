"""What happens on the way: what people spend for a client, and what the client buys on top."""

from __future__ import annotations

from typing import Any
from uuid import uuid5

from deploy.suite.people import FIRM
from deploy.suite.year.firm import Firm, line_id
from deploy.suite.year.plan import EXTENDED, TRAVEL, TRAVELLED, Deal
from deploy.suite.year.weeks import WEDNESDAY

DELIVERY = "/delivery/api/v1"
TRIP_WEEK, EXTENSION_WEEK = 1, 3  # after the start
MORE_MINUTES = 40 * 60


async def report_trips(firm: Firm, week: int) -> None:
    """Have the trip to the client's kickoff reported by whoever went, and approved by the manager."""
    for deal in firm.won():
        if deal.number in TRAVELLED and deal.start + TRIP_WEEK == week:
            await _report(firm, deal, week)


async def extend(firm: Firm, week: int) -> None:
    """Have clients who are content agree to more hours."""
    for deal in firm.won():
        if deal.number in EXTENDED and deal.start + EXTENSION_WEEK == week:
            await _extend(firm, deal, week)


async def _report(firm: Firm, deal: Deal, week: int) -> None:
    traveller = firm.desks[deal.team[0].login]
    place = f"{DELIVERY}/expense-reports/{uuid5(FIRM, f'expenses/{deal.number}')}"
    await traveller.put(place, {"project_id": str(uuid5(deal.id, "project")), "title": "Kickoff at the client's"})
    for name, category, net, tax, billable in (
        ("Train to the kickoff", "travel", "128.97", "9.03", True),
        ("Two nights", "lodging", "236.45", "16.55", True),
        ("Dinner of the team", "meals", "61.34", "11.66", False),
    ):
        spent: dict[str, Any] = {"category": category, "description": name, "receipt": f"receipts/{name}.pdf"}
        spent |= {"day": firm.year.day(week, WEDNESDAY).isoformat(), "receipt_currency": "EUR"}
        spent |= {"receipt_net": net, "receipt_tax": tax}
        if billable:
            spent |= {"billable": True, "billing_line_id": str(line_id(deal, TRAVEL))}
        await traveller.put(f"{place}/expenses/{uuid5(FIRM, f'expense/{deal.number}/{name}')}", spent)
    await traveller.post(f"{place}/submission")
    await firm.desks[deal.manager].post(f"{place}/approval")


async def _extend(firm: Firm, deal: Deal, week: int) -> None:
    manager, today = firm.desks[deal.manager], firm.year.day(week, WEDNESDAY).isoformat()
    place = f"{DELIVERY}/change-orders/{uuid5(FIRM, f'change-order/{deal.number}')}"
    more = {"line_id": str(line_id(deal, deal.team[0].role)), "minutes_delta": MORE_MINUTES}
    await manager.put(
        place,
        {
            "project_id": str(uuid5(deal.id, "project")),
            "title": "A second interface",
            "reason": "The client's new shop is to be connected as well.",
            "effective_on": today,
            "lines": [more],
        },
    )
    await manager.post(f"{place}/submission")
    await manager.post(f"{place}/approval", {"client_approver": deal.customer.contact, "approved_on": today})
