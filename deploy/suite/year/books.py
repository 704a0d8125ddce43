"""What finance does when a month has ended: rates, recognition, invoices, a sealed batch, the month closed."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid5

from deploy.suite.desk import WentWrong
from deploy.suite.earning import BILLING, LEGAL_ENTITY
from deploy.suite.people import FIRM
from deploy.suite.year.firm import Firm, line_id
from deploy.suite.year.plan import Deal, Kind
from deploy.suite.year.weeks import WEEKS, last_day_of_month

PREPARATION_RATE = "120.00"
DISPUTED_IN = frozenset({2, 6, 10})  # months of the calendar
REFUSED_AT_FIRST = 3  # the number of the batch that the ERP does not take at once


async def close_month(firm: Firm, week: int, first: date) -> None:
    """Bill and close the month that starts on `first`, in the first whole week after it."""
    last = last_day_of_month(first)
    deals = [deal for deal in firm.won() if _has_work(firm, deal, first)]
    await _agree_rates(firm, week)
    await _dispute(firm, first)
    period = {"legal_entity": LEGAL_ENTITY, "period": f"{first:%Y-%m}"}
    await firm.desks["viktor"].post(f"{BILLING}/recognition-runs", period)
    await _invoice(firm, deals, last)
    await _hand_over(firm, period)
    place = f"{BILLING}/periods/{LEGAL_ENTITY}/{first:%Y-%m}"
    await firm.desks["viktor"].post(f"{place}/closing")
    await firm.desks["viktor"].post(f"{place}/closure")


def _has_work(firm: Firm, deal: Deal, first: date) -> bool:
    """Whether there can be open work: the project ran in the month, or ended shortly before."""
    sold_on, over_on = firm.year.day(deal.closes_in), firm.year.day(deal.ends_before) + timedelta(weeks=6)
    return deal.start < WEEKS and sold_on <= last_day_of_month(first) and first < over_on


async def _agree_rates(firm: Firm, week: int) -> None:
    """Agree what preparation is worth, some weeks after the order; the newest still waits for it."""
    for deal in firm.won():
        if deal.is_prepared and deal.closes_in < week - 3 and deal.start < WEEKS:
            contract = await firm.contract(deal)
            role = deal.team[0].role
            starts_on = firm.year.day(deal.closes_in - 1)
            body = {
                "scope": "contract_line",
                "contract_line_id": str(line_id(deal, role)),
                "staffing_role": role,
                "hourly_rate": PREPARATION_RATE,
                "currency": contract["currency"],
                "starts_on": starts_on.isoformat(),
                "ends_before": (starts_on + timedelta(weeks=1)).isoformat(),
            }
            await firm.desks["viktor"].put(f"{BILLING}/rates/{uuid5(FIRM, f'rate/preparation/{deal.number}')}", body)


async def _dispute(firm: Firm, first: date) -> None:
    """Keep one item off the invoice while the client asks about it; let go what was kept the month before."""
    before = (first - timedelta(days=1)).replace(day=1)
    for month, verb, reason in (
        (first, "hold", "The client asks what this was."),
        (before, "release", "The client has agreed."),
    ):
        item = await _disputed(firm, month) if month.month in DISPUTED_IN else None
        if item:
            await firm.desks["owen"].post(f"{BILLING}/work-in-progress/{item}/{verb}", {"reason": reason})


async def _disputed(firm: Firm, month: date) -> str | None:
    """The item of a month that the client asks about, whatever became of it since."""
    last = last_day_of_month(month)
    deal = next((each for each in firm.won() if each.kind is Kind.BY_THE_HOUR and _has_work(firm, each, month)), None)
    if deal is None:
        return None
    contract = await firm.contract(deal)
    found = await firm.desks["owen"].get(f"{BILLING}/work-in-progress", contract_id=contract["id"], limit=200)
    worked = [item for item in found["items"] if item["rate"] and month.isoformat() <= item["day"] <= last.isoformat()]
    return min(((item["day"], item["id"]) for item in worked), default=("", None))[1]


async def _invoice(firm: Firm, deals: list[Deal], last: date) -> None:
    """Draft, approve and issue, dated on the last day of the month; numbers are given in the order of deals."""
    drafts = await asyncio.gather(*(_draft(firm, deal, last) for deal in deals))
    standing = [draft for draft in drafts if draft]
    await asyncio.gather(
        *(firm.desks["fatima"].post(f"{BILLING}/invoices/{draft['id']}/approval") for draft in standing)
    )
    for draft in standing:
        body = {"issued_on": last.isoformat()}
        await firm.desks["fatima"].post(f"{BILLING}/invoices/{draft['id']}/issue", body)


async def _draft(firm: Firm, deal: Deal, last: date) -> dict[str, Any] | None:
    contract = await firm.contract(deal)
    body = {"contract_id": contract["id"], "up_to": last.isoformat()}
    try:
        draft: dict[str, Any] = await firm.desks["owen"].post(f"{BILLING}/invoices/drafts", body)
    except WentWrong as refusal:
        if refusal.code != "nothing_to_invoice":
            raise
        return None
    return draft


async def _hand_over(firm: Firm, period: dict[str, str]) -> None:
    """Seal the month's entries and give them to the ERP, which once refuses at first."""
    try:
        batch = await firm.desks["viktor"].post(f"{BILLING}/ledger-batches", {**period, "currency": "EUR"})
    except WentWrong as refusal:
        if refusal.code != "nothing_to_seal":
            raise
        return
    place = f"{BILLING}/ledger-batches/{batch['id']}/acknowledgement"
    if batch["number"] == REFUSED_AT_FIRST:
        await firm.erp.post(place, {"answer": "rejected", "reason": "Account 40000 is blocked for posting."})
    await firm.erp.post(place, {"answer": "accepted", "erp_reference": f"GL-{batch['number']:06}"})
