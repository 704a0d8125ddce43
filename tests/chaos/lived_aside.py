"""What goes beside the two deals of the story for the checker, so that each kind of event there is has happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from deploy.suite import earning, selling
from deploy.suite.calendar import Dates
from deploy.suite.desk import Desk, Desks, eventually
from deploy.suite.people import BY_LOGIN, FIRM
from deploy.suite.selling import Deal, id_in_story

BILLING, DELIVERY, RESOURCING, CRM = earning.BILLING, earning.DELIVERY, "/resourcing/api/v1", "/crm/api/v1"
CAP, HOURS = "240.00", 120  # of what is worth more than the cap


async def live_aside(desks: Desks, account: UUID, by_hour: Deal, dates: Dates) -> None:
    """Lose a deal, have one returned and one capped, spend, extend, measure, be away, and end a project."""
    await _lose(desks["ines"], await _offer(desks["ines"], account, "Lost work", dates))
    returned = await _win(desks["ines"], account, "Returned work", dates)
    handoff = f"{DELIVERY}/handoffs/{uuid5(returned, 'handoff')}"
    await eventually(lambda: desks["priya"].get(handoff), what="the handoff")
    await desks["priya"].post(f"{handoff}/return", {"reasons": ["Nobody on the client's side knows of it."]})
    await _extend(desks["priya"], by_hour, dates)
    await _measure(desks["priya"], by_hour)
    await _be_away(desks, dates)
    await _reach_the_cap(desks, await _win(desks["ines"], account, "Capped work", dates, cap=CAP), dates)


async def take_back(desks: Desks, invoice: dict[str, Any], dates: Dates) -> None:
    """Credit an hour of an invoice; have a payment for it bounce."""
    hour = {"invoice_id": invoice["id"], "reason": "an hour too many", "lines": [{"position": 1, "minutes": 60}]}
    draft = await desks["owen"].post(f"{BILLING}/credit-notes/drafts", hour)
    for step in ("approval", "issue"):
        await desks["fatima"].post(f"{BILLING}/credit-notes/{draft['id']}/{step}")
    today, place = dates.today.isoformat(), f"{BILLING}/payments/{uuid5(FIRM, 'bounced')}"
    whose = {name: invoice[name] for name in ("customer_id", "legal_entity_id", "currency")}
    shares = [{"invoice_id": invoice["id"], "amount": "50.00"}]
    paid = {**whose, "amount": "50.00", "received_on": today, "reference": "BANK-2", "allocations": shares}
    await desks["owen"].put(place, paid)
    await desks["owen"].post(f"{place}/reversal", {"on": today, "reason": "no cover"})


async def _offer(desk: Desk, account: UUID, name: str, dates: Dates, cap: str | None = None) -> UUID:
    opportunity = id_in_story(f"opportunity/{name}")
    place = f"{CRM}/opportunities/{opportunity}"
    days = {"starts_on": dates.monday.isoformat(), "ends_before": dates.ends_before.isoformat()}
    about = {"name": name, "currency": "EUR", "account_id": str(account), "closes_on": dates.today.isoformat()}
    await desk.put(place, {**about, **days, "purchase_order": "PO-4712"})
    line = {"description": "Work", "staffing_role": "senior_consultant", "minutes": HOURS}
    priced = {"method": "time_and_materials_capped", "cap": cap} if cap else {"method": "time_and_materials"}
    await desk.put(f"{place}/lines/{uuid5(opportunity, 'line')}", {**line, **priced})
    travel = {"description": "Travel", "method": "expense", "amount": "2000"}
    await desk.put(f"{place}/lines/{uuid5(opportunity, 'travel')}", travel)
    role = {"staffing_role": "senior_consultant", "minutes": HOURS, "line_id": str(uuid5(opportunity, "line"))}
    await desk.post(f"{place}/estimate", {"roles": [{**role, "skills": []}]})
    await desk.post(f"{place}/stage", {"stage": "negotiation"})
    return opportunity


async def _lose(desk: Desk, opportunity: UUID) -> None:
    lost = {"reason": "price", "note": "They told us on the phone."}
    await desk.post(f"{CRM}/opportunities/{opportunity}/close-as-lost", lost)


async def _win(desk: Desk, account: UUID, name: str, dates: Dates, cap: str | None = None) -> UUID:
    opportunity = await _offer(desk, account, name, dates, cap)
    await desk.post(f"{CRM}/opportunities/{opportunity}/close-as-won", {"quote_reference": "Q-2026-015"})
    return opportunity


async def _spend(desks: Desks, deal: Deal, dates: Dates) -> None:
    place = f"{DELIVERY}/expense-reports/{id_in_story('expenses')}"
    report = {"project_id": deal.project_id, "title": "Kickoff at the client's"}
    await eventually(lambda: desks["anna"].put(place, report), what="her project")
    spent = {"category": "travel", "description": "Train", "receipt": "train.pdf", "receipt_currency": "EUR"}
    spent |= {"receipt_net": "100.00", "receipt_tax": "7.00", "day": dates.work_day(0).isoformat()}
    passed_on = {"billable": True, "billing_line_id": str(uuid5(deal.opportunity_id, "travel"))}
    await desks["anna"].put(f"{place}/expenses/{id_in_story('expense')}", {**spent, **passed_on})
    await desks["anna"].post(f"{place}/submission")
    await desks["priya"].post(f"{place}/approval")


async def _extend(desk: Desk, deal: Deal, dates: Dates) -> None:
    place, today = f"{DELIVERY}/change-orders/{id_in_story('change-order')}", dates.today.isoformat()
    more = {"line_id": deal.task("senior_consultant")["billing_line_id"], "minutes_delta": 600}
    asked = {"title": "More", "reason": "A second interface.", "effective_on": today, "lines": [more]}
    await desk.put(place, {"project_id": deal.project_id, **asked})
    await desk.post(f"{place}/submission")
    await desk.post(f"{place}/approval", {"client_approver": "Carla Brunner", "approved_on": today})


async def _measure(desk: Desk, deal: Deal) -> None:
    share = {"method": "manual", "reason": "seen", "fraction_numerator": "1", "fraction_denominator": "3"}
    await desk.put(f"{DELIVERY}/progress/{id_in_story('progress')}", {"project_id": deal.project_id, **share})


async def _be_away(desks: Desks, dates: Dates) -> None:
    place = f"{RESOURCING}/time-off/{id_in_story('away')}"
    ends_before = dates.ends_before + timedelta(days=5)
    asked = {"starts_on": dates.ends_before.isoformat(), "ends_before": ends_before.isoformat()}
    await desks["elif"].put(place, {**asked, "kind": "vacation"})
    await desks["marta"].post(f"{place}/approval")


async def _reach_the_cap(desks: Desks, opportunity: UUID, dates: Dates) -> None:
    """Spend and work on a capped deal until its cap is reached, then end its project."""
    deal = await selling.take_over(desks["priya"], opportunity)
    await selling.rank(desks["marta"], deal, "senior_consultant")
    request = uuid5(UUID(deal.project_id), "staffing/senior_consultant")
    wanted = {"person_id": str(BY_LOGIN["anna"].id), "request_id": str(request), "kind": "hard"}
    place = f"{RESOURCING}/bookings/{id_in_story('booking/capped')}"
    await desks["marta"].put(place, {**wanted, "overbooking_reason": "agreed with her"})
    await _spend(desks, deal, dates)
    day = dates.work_day(4)
    entry = {"id": str(id_in_story("capped")), "day": day.isoformat(), "minutes": HOURS, "note": "capped"}
    entries = [{**entry, "task_id": deal.task("senior_consultant")["id"]}]
    await desks["anna"].post(f"{DELIVERY}/time-entries", {"entries": entries})
    week = {"week_starts_on": dates.monday.isoformat(), "project_id": deal.project_id}
    (sheet,) = (await desks["anna"].post(f"{DELIVERY}/timesheets/submission", week))["items"]
    await desks["priya"].post(f"{DELIVERY}/timesheets/{sheet['id']}/approval")
    contract = await earning.contract_of(desks["owen"], deal)
    await earning.work_in_progress(desks["owen"], contract, at_least=1)
    await desks["priya"].post(f"{DELIVERY}/projects/{deal.project_id}/closure")
