"""A small story for the checker to look at: two deals up to a closed month, with what goes wrong in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid5

import httpx2

from deploy.suite import earning, selling
from deploy.suite.calendar import Dates
from deploy.suite.desk import Desk, Desks
from deploy.suite.people import FIRM
from deploy.suite.suite import Suite, running
from tests.support.story import at_their_desks, founded

BILLING = earning.BILLING


@asynccontextmanager
async def lived(directory: Path) -> AsyncIterator[Suite]:
    """The embedded suite over `directory`, settled after the story."""
    async with running(directory, port=0) as suite:
        async with at_their_desks(httpx2.AsyncHTTPTransport(), suite.url) as (desks, erp):
            await live(desks, erp)
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


async def _pay(desk: Desk, invoice: dict[str, Any], dates: Dates) -> None:
    """Record that the client paid a part of an invoice."""
    body = {name: invoice[name] for name in ("customer_id", "legal_entity_id", "currency")}
    today = dates.today.isoformat()
    shares = [{"invoice_id": invoice["id"], "amount": "100.00"}]
    paid = {**body, "amount": "120.00", "received_on": today, "reference": "BANK-1", "allocations": shares}
    await desk.put(f"{BILLING}/payments/{uuid5(FIRM, 'payment')}", paid)


async def _close(desks: Desks, erp: Desk, dates: Dates) -> None:
    viktor = desks["viktor"]
    await earning.recognise(viktor, dates)
    await earning.map_accounts(viktor)
    await _adjust(viktor, dates)
    batch = await earning.seal(viktor, dates)
    await earning.acknowledge(erp, batch)
    await viktor.post(f"{BILLING}/periods/{earning.LEGAL_ENTITY}/{dates.period}/closure")


async def _adjust(desk: Desk, dates: Dates) -> None:
    """Post an adjustment and take it back."""
    chart: dict[str, Any] = await desk.get(f"{BILLING}/ledger-accounts", legal_entity=earning.LEGAL_ENTITY)
    sides = [(chart["roles"]["cash"], "12.34"), (chart["roles"]["rounding"], "-12.34")]
    place = f"{BILLING}/journal-entries/{uuid5(FIRM, 'adjustment')}"
    entry = await desk.put(
        place,
        {
            "legal_entity": earning.LEGAL_ENTITY,
            "currency": "EUR",
            "on": dates.today.isoformat(),
            "text": "a difference found while counting",
            "lines": [{"account": account, "amount": amount} for account, amount in sides],
        },
    )
    reversal = {"on": dates.today.isoformat(), "reason": "counted again"}
    await desk.post(f"{BILLING}/journal-entries/{entry['id']}/reversal", reversal)
