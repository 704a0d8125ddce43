"""The story, second part: a week of work is approved, corrected, valued, invoiced, recognised, sealed, acknowledged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid5

from deploy.suite.calendar import Dates
from deploy.suite.desk import Desk, Desks, eventually
from deploy.suite.people import FIRM
from deploy.suite.selling import Deal, id_in_story

LEGAL_ENTITY = "MER"
WEEK = (465, 480, 450, 480, 390)  # minutes, Monday to Friday
PREPARATION = 120
RIGHT = 420  # minutes of the first day, once corrected
FEEDS: dict[str, dict[str, Any]] = {
    "netsuite": {"subsidiary": "Parent Company : Meridian Consulting"},
    "business_central": {},
    "quickbooks": {"receivables_customer": "58"},
    "xero": {"status": "POSTED"},
    "datev": {"consultant": 29098, "client": 55003, "account_length": 5},
    "intacct": {"journal": "GJ", "location": "100"},
}
BILLING, DELIVERY = "/billing/api/v1", "/delivery/api/v1"


@dataclass(frozen=True)
class Worked:
    """What somebody entered and submitted: the ids of the entries, and the timesheets."""

    entries: list[str]
    sheets: list[dict[str, Any]]


async def work_a_week(desk: Desk, deal: Deal, role: str, dates: Dates) -> Worked:
    """Enter the hours of a week, and two of preparation before it, and submit them."""
    task = deal.task(role)["id"]
    days = [(dates.friday_before, PREPARATION), *((dates.work_day(n), minutes) for n, minutes in enumerate(WEEK))]
    entries = [
        {
            "id": str(id_in_story(f"time-entry/{day}")),
            "task_id": task,
            "day": day.isoformat(),
            "minutes": minutes,
            "note": "order interface",
        }
        for day, minutes in days
    ]
    await desk.post(f"{DELIVERY}/time-entries", {"entries": entries})
    sheets = []
    for monday in sorted({day - timedelta(days=day.weekday()) for day, _ in days}):
        body = {"week_starts_on": monday.isoformat(), "project_id": deal.project_id}
        sheets += (await desk.post(f"{DELIVERY}/timesheets/submission", body))["items"]
    return Worked([str(entry["id"]) for entry in entries], sheets)


async def approve_weeks(desk: Desk, sheets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sign off the timesheets that were submitted."""
    return [await desk.post(f"{DELIVERY}/timesheets/{sheet['id']}/approval") for sheet in sheets]


async def correct(desk: Desk, entry_id: str) -> dict[str, Any]:
    """Correct one approved entry: it was an hour less."""
    body = {"minutes": RIGHT, "reason": "left an hour early"}
    corrected: dict[str, Any] = await desk.post(f"{DELIVERY}/time-entries/{entry_id}/correction", body)
    return corrected


async def accept_milestone(desk: Desk, deal: Deal, dates: Dates) -> None:
    """Reach the deal's milestone, and let the client accept it."""
    milestone = next(each for each in deal.project["milestones"] if each["is_billed"])
    place = f"{DELIVERY}/milestones/{milestone['id']}"
    await desk.post(f"{place}/reached", {"reached_on": dates.today.isoformat()})
    await desk.post(f"{place}/acceptance", {"accepted_by": "Carla Brunner", "accepted_on": dates.today.isoformat()})


async def contract_of(desk: Desk, deal: Deal) -> dict[str, Any]:
    """The active contract of the deal, as soon as billing has it."""

    async def look() -> dict[str, Any] | None:
        found = await desk.get(f"{BILLING}/contracts", opportunity_id=str(deal.opportunity_id), status="active")
        return found["items"][0] if found["items"] else None

    found = await eventually(look, what="the active contract")
    contract: dict[str, Any] = await desk.get(f"{BILLING}/contracts/{found['id']}")
    return contract


async def work_in_progress(desk: Desk, contract: dict[str, Any], *, at_least: int) -> list[dict[str, Any]]:
    """The contract's billable items, once `at_least` so many are here."""

    async def look() -> list[dict[str, Any]] | None:
        found = await desk.get(f"{BILLING}/work-in-progress", contract_id=contract["id"], limit=200)
        return found["items"] if len(found["items"]) >= at_least else None

    return await eventually(look, what="the work in progress")


async def agree_rate(desk: Desk, contract: dict[str, Any], role: str, dates: Dates) -> dict[str, Any]:
    """Agree a rate for the preparation, before the sold rate begins: what waited unrated is valued."""
    line = next(each for each in contract["lines"] if each["staffing_role"] == role)
    body = {
        "scope": "contract_line",
        "contract_line_id": line["id"],
        "staffing_role": role,
        "hourly_rate": "120.00",
        "currency": "EUR",
        "starts_on": dates.friday_before.isoformat(),
        "ends_before": dates.monday.isoformat(),
    }
    agreed: dict[str, Any] = await desk.put(f"{BILLING}/rates/{id_in_story('rate')}", body)
    return agreed


async def invoice(desks: Desks, contract: dict[str, Any], dates: Dates) -> dict[str, Any]:
    """Draft, let a second person approve, issue."""
    body = {"contract_id": contract["id"], "up_to": dates.today.isoformat()}
    draft = await desks["owen"].post(f"{BILLING}/invoices/drafts", body)
    await desks["fatima"].post(f"{BILLING}/invoices/{draft['id']}/approval")
    issued: dict[str, Any] = await desks["fatima"].post(f"{BILLING}/invoices/{draft['id']}/issue")
    return issued


async def origin(desk: Desk, issued: dict[str, Any]) -> list[dict[str, Any]]:
    """Everything that stands behind the lines of an invoice."""
    found = []
    for line in issued["lines"]:
        place = f"{BILLING}/invoices/{issued['id']}/lines/{line['position']}/origin"
        found += (await desk.get(place, limit=200))["items"]
    return found


async def recognise(desk: Desk, dates: Dates) -> dict[str, Any]:
    """Recognise the revenue earned up to the end of the month."""
    body = {"legal_entity": LEGAL_ENTITY, "period": dates.period}
    run: dict[str, Any] = await desk.post(f"{BILLING}/recognition-runs", body)
    return run


async def map_accounts(desk: Desk) -> int:
    """Tell what the ERP calls each of our accounts; how many there are."""
    chart = await desk.get(f"{BILLING}/ledger-accounts", legal_entity=LEGAL_ENTITY)
    for account in chart["accounts"]:
        body = {"legal_entity": LEGAL_ENTITY, "account": account["code"], "erp_account": f"{account['code']}0"}
        mapping = uuid5(FIRM, f"account-mapping/{account['code']}")
        await desk.put(f"{BILLING}/account-mappings/{mapping}", body)
    return len(chart["accounts"])


async def set_up_feeds(desk: Desk) -> None:
    """Tell how the books are set up of every system that batches are written for."""
    for feed, settings in FEEDS.items():
        body = {"legal_entity": LEGAL_ENTITY, "feed": feed, "currency": "EUR", **settings}
        await desk.put(f"{BILLING}/feed-settings/{uuid5(FIRM, f'feed-settings/{feed}')}", body)


async def seal(desk: Desk, dates: Dates) -> dict[str, Any]:
    """Seal the month's entries into a batch."""
    body = {"legal_entity": LEGAL_ENTITY, "period": dates.period, "currency": "EUR"}
    batch: dict[str, Any] = await desk.post(f"{BILLING}/ledger-batches", body)
    return batch


async def acknowledge(erp: Desk, batch: dict[str, Any]) -> None:
    """Let the ERP take the batch."""
    body = {"answer": "accepted", "erp_reference": f"GL-{batch['number']:06}"}
    await erp.post(f"{BILLING}/ledger-batches/{batch['id']}/acknowledgement", body)
