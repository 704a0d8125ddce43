"""What delivery and resourcing do: handoffs, teams, leave, milestones, the end of projects."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid5

from deploy.suite.people import BY_LOGIN, FIRM
from deploy.suite.year.firm import Firm, closing_in
from deploy.suite.year.plan import Deal, Leave, Member, Outcome
from deploy.suite.year.weeks import FRIDAY, WEEKS

DELIVERY, RESOURCING = "/delivery/api/v1", "/resourcing/api/v1"


async def take_over(firm: Firm, week: int) -> None:
    """Accept or return the handoffs of the week; what starts after the year still waits for a decision."""
    for deal in closing_in(firm.deals, week):
        if deal.start >= WEEKS:
            continue
        desk, place = firm.desks[deal.manager], f"{DELIVERY}/handoffs/{uuid5(deal.id, 'handoff')}"
        if deal.outcome is Outcome.RETURNED:
            await desk.post(f"{place}/return", {"reasons": ["Nobody on the client's side knows of it."]})
        else:
            await desk.post(f"{place}/acceptance")
        await firm.settled()  # resourcing has been asked for people


async def staff(firm: Firm, week: int) -> None:
    """Book everybody whom the plan names, and say why where holidays or leave make it too much."""
    for deal in closing_in(firm.won(), week):
        if deal.start < WEEKS:
            await asyncio.gather(*(_book(firm, deal, each) for each in deal.team))


async def arrange_leave(firm: Firm, week: int) -> None:
    """Let people ask to be away, and decide."""
    await asyncio.gather(*(_arrange(firm, each) for each in firm.leave if each.asked_in == week))


async def pass_milestones(firm: Firm, week: int) -> None:
    """Reach what was due this week; clients accept at once what costs nothing, the rest a week later."""
    for deal in firm.won():
        if deal.start <= week <= deal.ends_before and deal.start < WEEKS:
            project = await firm.project(deal)
            await asyncio.gather(*(_pass(firm, deal, each, week) for each in project["milestones"]))


async def close_projects(firm: Firm, week: int) -> None:
    """End the projects that ended two weeks ago: by now everything is approved and accepted."""
    for deal in firm.won():
        if deal.ends_before + 1 == week:
            await firm.desks[deal.manager].post(f"{DELIVERY}/projects/{uuid5(deal.id, 'project')}/closure")


async def _book(firm: Firm, deal: Deal, who: Member) -> None:
    request = uuid5(uuid5(deal.id, "project"), f"staffing/{who.role}")
    body = {
        "person_id": str(BY_LOGIN[who.login].id),
        "request_id": str(request),
        "kind": "hard",
        "overbooking_reason": "Holidays and leave are made up for, as agreed with the team.",
    }
    await firm.desks["marta"].put(f"{RESOURCING}/bookings/{uuid5(FIRM, f'booking/{deal.number}/{who.login}')}", body)


async def _arrange(firm: Firm, leave: Leave) -> None:
    place = f"{RESOURCING}/time-off/{leave.id}"
    starts_on, ends_before = firm.year.day(leave.week), firm.year.day(leave.week, FRIDAY + 1)
    asked = {"starts_on": starts_on.isoformat(), "ends_before": ends_before.isoformat(), "kind": leave.kind}
    await firm.desks[leave.login].put(place, asked)
    if leave.is_granted:
        await firm.desks["marta"].post(f"{place}/approval")
    else:
        await firm.desks["marta"].post(f"{place}/decline", {"reason": "The go-live falls into this week."})


async def _pass(firm: Firm, deal: Deal, milestone: dict[str, Any], week: int) -> None:
    desk, place = firm.desks[deal.manager], f"{DELIVERY}/milestones/{milestone['id']}"
    due = milestone["due_on"]
    is_due = firm.year.day(week).isoformat() <= due < firm.year.day(week + 1).isoformat()
    was_due = firm.year.day(week - 1).isoformat() <= due < firm.year.day(week).isoformat()
    if is_due:
        await desk.post(f"{place}/reached", {"reached_on": due})
    if was_due if milestone["is_billed"] else is_due:
        accepted_on = firm.year.day(week).isoformat() if was_due else due
        await desk.post(f"{place}/acceptance", {"accepted_by": deal.customer.contact, "accepted_on": accepted_on})
