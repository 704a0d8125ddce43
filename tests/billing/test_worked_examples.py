"""Examples of accounting that others worked out, played through the API: the books end where theirs do.

What happened is told by events and requests (the contract, the work, invoices, estimates); what it comes to is read
from the sample data. Money that comes in is mostly entered by hand here.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.billing.service import service
from shared.actor import Role
from shared.contracts import crm, delivery
from shared.ids import new_id
from tests.support.api import api
from tests.support.billing import (
    Billing,
    Made,
    a_change,
    a_change_order,
    a_legal_entity,
    a_sale,
    a_sold_line,
    a_time_line,
    a_timesheet,
    an_account,
    an_entry,
)
from tests.support.home import Home
from tests.support.ledger import ENTITY, sent, trial_balance
from tests.support.measured import PROJECT, a_measurement

LATER = datetime(2026, 12, 31, 12, tzinfo=UTC)
ACCOUNTS = {
    "Assets:AllowanceForBadDebt": "1290",
    "Assets:Cash": "1000",
    "Assets:Receivable": "1200",
    "Assets:ContractAsset": "1300",
    "Assets:RecoverableFromClient": "1400",
    "Equity:Opening": "3000",
    "Expenses:BadDebt": "6800",
    "Expenses:CostOfServices": "6000",
    "Income:FxRealised": "4910",
    "Income:Reimbursables": "4200",
    "Income:Revenue": "4000",
    "Liabilities:ContractLiability": "2300",
    "Liabilities:OutputVAT": "2100",
    "Liabilities:Payable": "2000",
}
ON_A_MILESTONE = crm.BillingMethod.FIXED_FEE_MILESTONE
BY_PERCENT = crm.BillingMethod.FIXED_FEE_PERCENT


in_dollars = pytest.mark.parametrize("books", ["USD"], indirect=True)


@pytest.fixture
async def books(home: Home, request: pytest.FixtureRequest) -> AsyncIterator[Billing]:
    """Serve billing at the end of the year in which the last example ends, for a firm with books in some currency."""
    async with home.open() as database:
        billing = Billing(database, api(service, database, clock=lambda: LATER))
        await a_legal_entity(billing, functional_currency=getattr(request, "param", "EUR"))
        yield billing


@dataclass(frozen=True)
class Deal:
    """A won deal, whose contract is active."""

    billing: Billing
    sale: crm.OpportunityClosedWon
    contract_id: UUID

    async def accept(self, line: crm.SoldLine, on: date) -> None:
        """Let the client accept the milestone of a line."""
        await self.billing.hear(
            delivery.MilestoneAccepted(
                thread_id=self.sale.opportunity_id,
                milestone_id=new_id(),
                project_id=PROJECT,
                name=line.description,
                billing_line_id=line.line_id,
                accepted_on=on,
                accepted_by="Clara Vogt",
            )
        )

    async def invoice(self, on: date) -> Made:
        """Draft, approve and issue an invoice of everything that is open."""
        clerk = self.billing.as_(Role.BILLING_CLERK, subject="bella")
        approver = self.billing.as_(Role.BILLING_APPROVER, subject="bruno")
        body = {"contract_id": str(self.contract_id), "up_to": on.isoformat()}
        draft = (await clerk.post("/invoices/drafts", json=body)).json()
        await approver.post(f"/invoices/{draft['id']}/approval")
        issued = await sent(approver, f"/invoices/{draft['id']}/issue", {"issued_on": on.isoformat()})
        assert issued.is_success, issued.text
        return dict(issued.json())


async def a_deal(billing: Billing, *lines: crm.SoldLine, **different: Any) -> Deal:
    """Let a deal be won, at home or in dollars abroad, and be taken over."""
    sale = a_sale(*lines).model_copy(update=different)
    return Deal(billing, sale, await billing.sold(sale))


def abroad() -> Made:
    """Say that a deal is with a customer in the United States, in dollars and without tax."""
    address = crm.Address(street="1 Main Street", postal_code="10001", city="New York", country="US")
    return {"currency": "USD", "account": an_account(billing_address=address, tax_id="", currency="USD")}


async def recognise(billing: Billing, *months: str) -> None:
    """Recognise months, one after the other."""
    for month in months:
        run = await sent(billing.as_(Role.CONTROLLER), "/recognition-runs", {"legal_entity": ENTITY, "period": month})
        assert run.is_success, run.text


async def by_hand(billing: Billing, on: str, currency: str, **amounts: str) -> UUID:
    """Post amounts to accounts by code."""
    entry_id = new_id()
    lines = [{"account": code.removeprefix("a"), "amount": amount} for code, amount in amounts.items()]
    body = {"legal_entity": ENTITY, "currency": currency, "on": on, "text": "By hand", "lines": lines}
    answer = await billing.as_(Role.CONTROLLER).put(f"/journal-entries/{entry_id}", json=body)
    assert answer.is_success, answer.text
    return UUID(answer.json()["id"])


async def paid(billing: Billing, on: str, currency: str, amount: str) -> None:
    """Let money come in for what is receivable."""
    await by_hand(billing, on, currency, a1000=amount, a1200=f"-{amount}")


async def from_outside(billing: Billing, on: str, currency: str, **amounts: str) -> None:
    """Let another system bring in an entry."""
    lines = [{"account": code.removeprefix("a"), "amount": amount} for code, amount in amounts.items()]
    entry = {"reference": "V-1", "on": on, "currency": currency, "text": "Supplier", "lines": lines}
    body = {"legal_entity": ENTITY, "system": "payables", "entries": [entry]}
    answer = await sent(billing.as_(Role.CONTROLLER), "/outside-entries", body)
    assert answer.is_success, answer.text


def closing_of(sample_data: Path, example: str) -> dict[str, Decimal]:
    """What the accounts of an example stand at in the end."""
    examples = json.loads((sample_data / "accounting-examples.json").read_text())
    [found] = [one for one in examples if one["id"] == example]
    return {ACCOUNTS[name]: Decimal(amount) for name, amount in found["closing"].items()}


async def test_01_time_and_materials(books: Billing, sample_data: Path) -> None:
    senior, junior = a_time_line("120.00", role="Senior"), a_time_line("95.50", role="Junior")
    deal = await a_deal(books, senior, junior, account=an_account(tax_id=""))
    day = {"day": date(2026, 5, 31)}
    worked = [
        an_entry(senior.line_id, 2250, staffing_role="Senior", **day),
        an_entry(junior.line_id, 735, staffing_role="Junior", **day),
    ]
    await books.hear(a_timesheet(deal.sale, *worked))

    await recognise(books, "2026-05")
    await deal.invoice(date(2026, 6, 2))
    await paid(books, "2026-07-01", "EUR", "6747.16")

    assert await trial_balance(books) == closing_of(sample_data, "01-tm-accrual")


@in_dollars
async def test_02_an_advance_that_cannot_be_cancelled(books: Billing, sample_data: Path) -> None:
    advance = a_sold_line(ON_A_MILESTONE, "1000", recognition_method="cost_to_cost")
    deal = await a_deal(books, advance, **abroad())

    await deal.accept(advance, date(2019, 1, 31))
    await deal.invoice(date(2019, 1, 31))
    assert await trial_balance(books) == {"1200": Decimal(1000), "2300": Decimal(-1000)}
    await paid(books, "2019-03-01", "USD", "1000")
    await books.hear(a_measurement("1", "1", date(2019, 3, 31)))
    await recognise(books, "2019-02", "2019-03")

    assert await trial_balance(books) == closing_of(sample_data, "02-advance-noncancellable")


@in_dollars
async def test_03_a_right_that_depends_on_the_next_delivery(books: Billing, sample_data: Path) -> None:
    a, b = a_sold_line(ON_A_MILESTONE, "400"), a_sold_line(ON_A_MILESTONE, "600")
    deal = await a_deal(books, a, b, **abroad())

    await deal.accept(a, date(2019, 2, 1))
    await recognise(books, "2019-02")
    assert await trial_balance(books) == {"1300": Decimal(400), "4000": Decimal(-400)}
    await deal.accept(b, date(2019, 3, 1))
    await deal.invoice(date(2019, 3, 1))
    await recognise(books, "2019-03")

    assert await trial_balance(books) == closing_of(sample_data, "03-contract-asset")


@in_dollars
@pytest.mark.parametrize(("percent_precision", "earned"), [(1, "691200"), (None, "691463.41")])
async def test_04b_a_modification_catches_up(
    books: Billing, sample_data: Path, percent_precision: int | None, earned: str
) -> None:
    line = a_sold_line(BY_PERCENT, "1000000")
    deal = await a_deal(books, line, **abroad(), ends_before=date(2022, 1, 1), starts_on=date(2020, 1, 1))
    terms = {"percent_precision": percent_precision, "reason": "As agreed with the auditor"}
    controller = books.as_(Role.CONTROLLER)
    assert (await controller.post(f"/contracts/{deal.contract_id}/recognition-terms", json=terms)).is_success

    await books.hear(a_measurement("420000", "700000", date(2020, 12, 31)))
    await recognise(books, "2020-12")
    assert await trial_balance(books) == {"1300": Decimal(600_000), "4000": Decimal(-600_000)}
    more = a_change(line.line_id, "350000", method=BY_PERCENT)
    await books.hear(a_change_order(deal.sale, more, effective_on="2021-01-15"))
    await books.hear(a_measurement("420000", "820000", date(2021, 1, 20)))
    await recognise(books, "2021-01")

    books_say = await trial_balance(books)
    assert books_say == {"1300": Decimal(earned), "4000": -Decimal(earned)}
    if percent_precision == 1:
        assert books_say == closing_of(sample_data, "04b-modification")


@in_dollars
async def test_04c_materials_that_are_not_installed(books: Billing, sample_data: Path) -> None:
    line = a_sold_line(BY_PERCENT, "5000000")
    deal = await a_deal(books, line, **abroad())
    materials = {
        "contract_line_id": str(line.line_id),
        "delivered_on": "2022-12-01",
        "cost": "1500000",
        "description": "Elevators",
    }
    where = f"/contracts/{deal.contract_id}/uninstalled-materials/{new_id()}"
    assert (await books.as_(Role.CONTROLLER).put(where, json=materials)).is_success

    await books.hear(a_measurement("2000000", "4000000", date(2022, 12, 31)))
    await recognise(books, "2022-12")
    await from_outside(books, "2022-12-31", "USD", a6000="2000000", a2000="-2000000")

    assert await trial_balance(books) == closing_of(sample_data, "04c-uninstalled")


@in_dollars
async def test_06_a_retainer_over_its_months(books: Billing, sample_data: Path) -> None:
    quarter = a_sold_line(ON_A_MILESTONE, "9000", recognition_method="ratable")
    dates = {"starts_on": date(2026, 1, 1), "ends_before": date(2026, 4, 1)}
    deal = await a_deal(books, quarter, **abroad(), **dates)

    await deal.accept(quarter, date(2025, 12, 1))
    await deal.invoice(date(2025, 12, 1))
    await paid(books, "2025-12-01", "USD", "9000")
    await recognise(books, "2026-01")
    assert (await trial_balance(books))["2300"] == Decimal(-6000)
    await recognise(books, "2026-02", "2026-03", "2026-04")

    assert await trial_balance(books) == closing_of(sample_data, "06-retainer")


async def test_07_a_fixed_fee_with_milestones_in_advance(books: Billing, sample_data: Path) -> None:
    signed, done = (
        a_sold_line(ON_A_MILESTONE, amount, recognition_method="cost_to_cost") for amount in ("20000", "40000")
    )
    deal = await a_deal(books, signed, done, account=an_account(tax_id=""))
    net = []

    await deal.accept(signed, date(2026, 1, 5))
    await deal.invoice(date(2026, 1, 5))
    for month, day, percent in ((1, 31, "25"), (2, 28, "55"), (3, 31, "100")):
        await books.hear(a_measurement(percent, "100", date(2026, month, day)))
        await recognise(books, f"2026-{month:02}")
        balances = await trial_balance(books)
        net.append((balances.get("1300", 0), balances.get("2300", 0)))
    await deal.accept(done, date(2026, 3, 31))
    await deal.invoice(date(2026, 4, 1))

    assert net == [(0, Decimal(-5000)), (Decimal(13_000), 0), (Decimal(40_000), 0)]
    assert await trial_balance(books) == closing_of(sample_data, "07-milestone")
    asked = {"legal_entity": ENTITY, "on": "2026-02-28"}
    left = (await books.as_(Role.AUDITOR).get("/remaining-obligations", params=asked)).json()
    assert left["totals"][0]["total"] == "27000.00"


async def test_13_a_wrong_period_is_reversed(books: Billing, sample_data: Path) -> None:
    wrong = await by_hand(books, "2026-05-31", "EUR", a1300="100", a4000="-100")
    reversal = {"on": "2026-06-01", "reason": "Wrong month"}
    controller = books.as_(Role.CONTROLLER)
    assert (await sent(controller, f"/journal-entries/{wrong}/reversal", reversal)).is_success
    await by_hand(books, "2026-06-01", "EUR", a1300="90", a4000="-90")

    assert await trial_balance(books) == closing_of(sample_data, "13-reversal")
