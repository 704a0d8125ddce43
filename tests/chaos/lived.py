"""A small story for the checker to look at: two deals up to a closed month, with what goes wrong, and reminders."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid5

import httpx2

from deploy.suite import earning, selling
from deploy.suite.calendar import Dates
from deploy.suite.desk import Desk, Desks, eventually
from deploy.suite.movable_clock import MovableClock
from deploy.suite.people import FIRM
from deploy.suite.suite import Suite, running
from shared.clock import wall_clock
from tests.chaos.lived_aside import live_aside, take_back
from tests.support.story import at_their_desks, founded

BILLING = earning.BILLING
DAYS_LATER = (100, 120)  # once the invoices are late, and once more


@asynccontextmanager
async def lived(directory: Path) -> AsyncIterator[Suite]:
    """The embedded suite over `directory`, settled after the story."""
    clock = MovableClock()
    async with running(directory, port=0, now=clock) as suite:
        async with at_their_desks(httpx2.AsyncHTTPTransport(), suite.url) as (desks, erp):
            await live(desks, erp)
            for days in DAYS_LATER:
                clock.set(wall_clock() + timedelta(days=days))
                await _remind(desks["owen"])
        await suite.settled()
        yield suite


async def live(desks: Desks, erp: Desk) -> None:
    """Found the firm, sell, staff, work, correct, discard, invoice, recognise, adjust, reverse, seal and close."""
    dates = await founded(desks)
    account = await selling.sign_up(desks["ines"], "Alpenglow AG", "München")
    by_hour = await selling.take_over(
        desks["priya"], await selling.win_time_and_materials(desks["ines"], account, dates)
    )
    fixed = await selling.take_over(desks["priya"], await selling.win_fixed_fee(desks["ines"], account, dates))
    await selling.rank(desks["marta"], by_hour, "senior_consultant")
    await selling.book(desks["marta"], by_hour, "senior_consultant", "anna")
    worked = await earning.work_a_week(desks["anna"], by_hour, "senior_consultant", dates)
    await earning.approve_weeks(desks["priya"], worked.sheets)
    await earning.correct(desks["priya"], worked.entries[1])
    await earning.accept_milestone(desks["priya"], fixed, dates)
    await live_aside(desks, account, by_hour, dates)
    await _invoice(desks, [by_hour, fixed], dates)
    await _close(desks, erp, dates)


async def _invoice(desks: Desks, deals: list[selling.Deal], dates: Dates) -> None:
    contracts = [await earning.contract_of(desks["owen"], deal) for deal in deals]
    await earning.work_in_progress(desks["owen"], contracts[0], at_least=8)
    await earning.agree_rate(desks["owen"], contracts[0], "senior_consultant", dates)
    await earning.work_in_progress(desks["owen"], contracts[1], at_least=1)
    # Up to the day before, so that the final drafts are asked for by other words than the discarded one.
    early = {"contract_id": contracts[0]["id"], "up_to": dates.work_day(4).isoformat()}
    draft = await desks["owen"].post(f"{BILLING}/invoices/drafts", early)
    await desks["owen"].post(f"{BILLING}/invoices/{draft['id']}/discard", {"reason": "the client wants one for all"})
    issued = [await earning.invoice(desks, contract, dates) for contract in contracts]
    await _pay(desks["owen"], issued[0], dates)
    await take_back(desks, issued[0], dates)
    await _doubt(desks, issued[1], dates)


async def _pay(desk: Desk, invoice: dict[str, Any], dates: Dates) -> None:
    """Record that the client paid a part of an invoice."""
    body = {name: invoice[name] for name in ("customer_id", "legal_entity_id", "currency")}
    today = dates.today.isoformat()
    shares = [{"invoice_id": invoice["id"], "amount": "100.00"}]
    paid = {**body, "amount": "120.00", "received_on": today, "reference": "BANK-1", "allocations": shares}
    await desk.put(f"{BILLING}/payments/{uuid5(FIRM, 'payment')}", paid)


async def _doubt(desks: Desks, invoice: dict[str, Any], dates: Dates) -> None:
    """Send an invoice, give a part of it up, get some of that after all; allow for the rest, and plan to remind."""
    sent = {"kind": "invoice", "document_id": invoice["id"], "recipient": "carla@alpenglow.example"}
    await desks["owen"].post(f"{BILLING}/hand-overs", {"documents": [sent]})
    place = f"{BILLING}/write-offs/{uuid5(FIRM, 'write-off')}"
    given_up = {"invoice_id": invoice["id"], "amount": "11.90", "reclaims_tax": True, "reason": "a trifle"}
    await desks["owen"].put(place, given_up)
    await desks["viktor"].post(f"{place}/approval")
    await desks["owen"].post(f"{place}/recoveries", {"amount": "5.00"})
    entity = {"legal_entity_id": invoice["legal_entity_id"]}
    policy = {**entity, "starts_on": f"{dates.period}-01", "percents": ["1", "5", "20", "50", "100"]}
    await desks["viktor"].put(f"{BILLING}/allowance-policies/{uuid5(FIRM, 'policy')}", policy)
    run = {**entity, "as_of": dates.today.isoformat()}
    await desks["viktor"].put(f"{BILLING}/allowance-runs/{uuid5(FIRM, 'allowance')}", run)
    steps = [
        {"days_overdue": 5, "texts": {"en": {"title": "Reminder", "text": "Maybe you forgot."}}, "fee": "5.00"},
        {"days_overdue": 15, "texts": {"en": {"title": "Last reminder", "text": "Please pay now."}}, "fee": "10.00"},
    ]
    await desks["viktor"].put(f"{BILLING}/dunning-plans/{uuid5(FIRM, 'plan')}", {**entity, "steps": steps})


async def _remind(desk: Desk) -> None:
    """Remind of what is late by now, and send the letter."""

    async def look() -> Any:
        return (await desk.get(f"{BILLING}/dunning-notices"))["items"]

    waiting = await eventually(look, what="notices that the day proposes")
    letters = await desk.post(f"{BILLING}/dunning-notices/sending", {"notice_ids": [one["id"] for one in waiting]})
    sent = [{"kind": "dunning_letter", "document_id": one["id"]} for one in letters]
    await desk.post(f"{BILLING}/hand-overs", {"documents": sent})


async def _close(desks: Desks, erp: Desk, dates: Dates) -> None:
    viktor = desks["viktor"]
    await earning.recognise(viktor, dates)
    await earning.map_accounts(viktor)
    entry = await _adjust(viktor, dates.today, "EUR")
    reversal = {"on": dates.today.isoformat(), "reason": "counted again"}
    await viktor.post(f"{BILLING}/journal-entries/{entry['id']}/reversal", reversal)
    await _revalue(viktor, dates)
    for currency in ("EUR", "USD"):
        period = {"legal_entity": earning.LEGAL_ENTITY, "period": dates.period}
        batch = await viktor.post(f"{BILLING}/ledger-batches", {**period, "currency": currency})
        await earning.acknowledge(erp, batch)
    await viktor.post(f"{BILLING}/periods/{earning.LEGAL_ENTITY}/{dates.period}/closure")


async def _revalue(desk: Desk, dates: Dates) -> None:
    """Take in dollars at one rate, and have them worth more at the end of the month."""
    first = dates.today.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    await _rate(desk, "0.90", first)
    await _adjust(desk, first, "USD")
    await _rate(desk, "0.95", last)
    await desk.post(f"{BILLING}/periods/{earning.LEGAL_ENTITY}/{dates.period}/revaluation")


async def _rate(desk: Desk, rate: str, day: date) -> None:
    body = {"base_currency": "USD", "quote_currency": "EUR", "rate": rate, "starts_on": day.isoformat()}
    await desk.put(f"{BILLING}/exchange-rates/{uuid5(FIRM, f'rate/{rate}')}", body)


async def _adjust(desk: Desk, on: date, currency: str) -> Any:
    """Post an adjustment."""
    chart: dict[str, Any] = await desk.get(f"{BILLING}/ledger-accounts", legal_entity=earning.LEGAL_ENTITY)
    sides = [(chart["roles"]["cash"], "12.34"), (chart["roles"]["rounding"], "-12.34")]
    return await desk.put(
        f"{BILLING}/journal-entries/{uuid5(FIRM, f'adjustment/{currency}')}",
        {
            "legal_entity": earning.LEGAL_ENTITY,
            "currency": currency,
            "on": on.isoformat(),
            "text": "a difference found while counting",
            "lines": [{"account": account, "amount": amount} for account, amount in sides],
        },
    )
