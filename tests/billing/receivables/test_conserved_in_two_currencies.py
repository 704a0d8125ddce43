"""Whatever settles claims in a foreign currency, in whatever order: nothing is left of them in either currency."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.actor import Role
from shared.ids import new_id
from shared.money import Money
from tests.support.billing import Billing, Made, a_legal_entity, a_sale, a_time_line, a_timesheet, an_account, an_entry

CLERK, APPROVER, CONTROLLER = Role.BILLING_CLERK, Role.BILLING_APPROVER, Role.CONTROLLER
ISSUED, DAYS = date(2026, 3, 10), (date(2026, 3, 10), date(2026, 3, 20), date(2026, 3, 31))
TODAY = DAYS[-1]
RECEIVABLE, CREDIT, CASH, REALISED = "receivable", "customer_credit", "cash", "fx_realised"
AS_THEY_STAND = {RECEIVABLE, CREDIT, REALISED, "contract_asset", "contract_liability", "rounding"}
WHY = {"reason": "Agreed."}
Rates = Mapping[date, Decimal]


@dataclass
class Firm:
    """A tenant with its books in dollars and two claims in euros, and what a euro is worth on three days of March."""

    billing: Billing
    tenant: UUID
    rates: Rates
    invoices: list[Made]

    async def ask(self, method: str, path: str, body: Made, role: Role = CLERK) -> Made | None:
        """Do something, or be refused; nothing may break."""
        key = {"Idempotency-Key": str(new_id())}
        client = self.billing.as_(role, tenant=self.tenant, subject=role.value)
        answer: httpx2.Response = await client.request(method, path, json=body, headers=key)
        assert answer.status_code < 500, answer.text
        return dict(answer.json()) if answer.is_success else None

    async def rows(self, table: str) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.billing.rows(table, tenant=self.tenant)]

    async def open_of(self, invoice: Made) -> Decimal:
        """What is open on an invoice."""
        shown = await self.ask("GET", f"/receivables/{invoice['id']}", {}, Role.AUDITOR)
        assert shown is not None
        return Decimal(shown["open"])

    def worth(self, amount: Decimal, on: date) -> Decimal:
        """What euros are in dollars by the rate of a day, to the cent."""
        return cents(amount * self.rates[on])


def cents(amount: Decimal) -> Decimal:
    return Money(amount, "USD").rounded().amount


async def paid(firm: Firm, number: int) -> None:
    """Pay some or all of what is open, sometimes more than that."""
    invoice = firm.invoices[number % 2]
    open_amount = await firm.open_of(invoice)
    share = (open_amount * (number % 100 + 1) / 100).quantize(Decimal("0.01"))
    extra = Decimal(number % 7 * 111).scaleb(-2)
    await pays(firm, invoice, share, share + extra, DAYS[number % 3])


async def pays(firm: Firm, invoice: Made, share: Decimal, amount: Decimal, on: date) -> None:
    shares = [{"invoice_id": invoice["id"], "amount": str(share)}] if share else []
    body = {name: invoice[name] for name in ("customer_id", "legal_entity_id", "currency")}
    came = {"amount": str(amount), "received_on": str(on), "reference": str(new_id()), "allocations": shares}
    await firm.ask("PUT", f"/payments/{new_id()}", {**body, **came})


async def allocated(firm: Firm, number: int) -> None:
    """Settle an invoice with what is left of a payment, or with some of it."""
    if payment := await a_payment_of(firm, number):
        invoice = firm.invoices[number % 2]
        share = min(Decimal(payment["rest"]), await firm.open_of(invoice)) / (1 + number % 2)
        shares = [{"invoice_id": invoice["id"], "amount": f"{share:.2f}"}]
        await firm.ask("POST", f"/payments/{payment['id']}/allocations", {"allocations": shares})


async def withdrawn(firm: Firm, number: int) -> None:
    if payment := await a_payment_of(firm, number):
        for one in payment["allocations"][:1]:
            await firm.ask("POST", f"/payments/{payment['id']}/allocations/{one['id']}/withdrawal", WHY)


async def bounced(firm: Firm, number: int) -> None:
    if payment := await a_payment_of(firm, number):
        await firm.ask("POST", f"/payments/{payment['id']}/reversal", {**WHY, "on": str(TODAY)})


async def credited(firm: Firm, number: int) -> None:
    part = {"lines": [{"position": 1, "minutes": 1 + number % 240}]} if number % 3 else {}
    note = await firm.ask(
        "POST", "/credit-notes/drafts", {"invoice_id": firm.invoices[number % 2]["id"], **WHY, **part}
    )
    if note:
        for step in ("approval", "issue"):
            body = {"issued_on": str(DAYS[number % 3])} if step == "issue" else {}
            await firm.ask("POST", f"/credit-notes/{note['id']}/{step}", body, APPROVER)


async def given_up(firm: Firm, number: int) -> None:
    """Write some or all of what is open off, with its tax or without."""
    invoice = firm.invoices[number % 2]
    amount = ((await firm.open_of(invoice)) * (number % 100 + 1) / 100).quantize(Decimal("0.01"))
    body = {"invoice_id": invoice["id"], "amount": str(amount), "reclaims_tax": bool(number % 3), **WHY}
    if proposed := await firm.ask("PUT", f"/write-offs/{new_id()}", body):
        await firm.ask("POST", f"/write-offs/{proposed['id']}/approval", {"on": str(DAYS[number % 3])}, CONTROLLER)


async def recovered(firm: Firm, number: int) -> None:
    found = [row for row in await firm.rows("write_offs") if row["status"] == "approved"]
    if found:
        one = found[number % len(found)]
        amount = one["amount"] / (1 + number % 3)
        await firm.ask("POST", f"/write-offs/{one['id']}/recoveries", {"amount": f"{amount:.2f}"})


async def a_payment_of(firm: Firm, number: int) -> Made | None:
    """One of the payments, if there are any, with what is left of it."""
    found = await firm.rows("payments")
    path = f"/payments/{found[number % len(found)]['id']}" if found else ""
    return await firm.ask("GET", path, {}, CLERK) if path else None


Step = Callable[[Firm, int], Awaitable[None]]
DEEDS: tuple[Step, ...] = (paid, allocated, withdrawn, bounced, credited, given_up, recovered)
STEPS = st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 9999)), min_size=2, max_size=9)
RATES = st.tuples(*[st.decimals("0.4", "2.5", places=5)] * 3)


@pytest.mark.long  # each history is a firm with two invoices and up to nine deeds over HTTP
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, rates=RATES)
async def test_a_claim_leaves_nothing_behind_in_either_currency(
    bare_billing: Billing, steps: list[tuple[Step, int]], rates: tuple[Decimal, ...]
) -> None:
    firm = await a_firm(bare_billing, rates)
    for deed, number in steps:
        await deed(firm, number)
    await the_books_say_what_is_open(firm)
    await the_difference_is_realised(firm)

    await everything_is_settled(firm)

    lines = await posted(firm)
    nothing_stands(lines)
    await the_difference_is_realised(firm)


async def test_each_deed_leaves_its_trace(bare_billing: Billing) -> None:
    firm = await a_firm(bare_billing, (Decimal("1.08341"), Decimal("1.17773"), Decimal("0.99817")))
    steps = ((paid, 34), (paid, 51), (withdrawn, 0), (allocated, 1), (given_up, 20), (recovered, 1), (credited, 43))
    for deed, number in (*steps, (bounced, 1), (credited, 2), (paid, 11)):
        await deed(firm, number)
    await the_books_say_what_is_open(firm)
    await the_difference_is_realised(firm)

    await everything_is_settled(firm)

    kinds = {row["kind"] for row in await firm.rows("settlements")}
    assert kinds == {"payment", "credit_note", "write_off", "recovery"}
    assert [row for row in await firm.rows("settlements") if row["reverses_id"]]
    lines = await posted(firm)
    assert summed(lines, REALISED) != 0
    nothing_stands(lines)
    await the_difference_is_realised(firm)


async def a_firm(billing: Billing, rates: Iterable[Decimal]) -> Firm:
    """Set up a new tenant that keeps its books in dollars and has two invoices in euros, with German tax."""
    firm = Firm(billing, new_id(), dict(zip(DAYS, rates, strict=True)), [])
    await a_legal_entity(billing, tenant=firm.tenant, functional_currency="USD")
    pair = {"base_currency": "EUR", "quote_currency": "USD"}
    for on, rate in firm.rates.items():
        body = {**pair, "rate": str(rate), "starts_on": str(on), "ends_before": "2026-04-01"}
        assert await firm.ask("PUT", f"/exchange-rates/{new_id()}", body, CONTROLLER)
    customer = new_id()
    for hourly_rate in ("125.01", "99.99"):
        line = a_time_line(hourly_rate)
        sale = a_sale(line, account=an_account(customer))
        contract_id = await billing.sold(sale, tenant=firm.tenant)
        await billing.hear(a_timesheet(sale, an_entry(line.line_id, 470)), tenant=firm.tenant)
        draft = await firm.ask("POST", "/invoices/drafts", {"contract_id": str(contract_id), "up_to": str(TODAY)})
        assert draft is not None
        await firm.ask("POST", f"/invoices/{draft['id']}/approval", {}, APPROVER)
        issued = await firm.ask("POST", f"/invoices/{draft['id']}/issue", {"issued_on": str(ISSUED)}, APPROVER)
        assert issued is not None
        firm.invoices.append(issued)
    return firm


async def everything_is_settled(firm: Firm) -> None:
    """Pay what is open, and take back payments of which something is left: a bounced one opens its invoices."""
    for row in await firm.rows("payments"):
        shown = await firm.ask("GET", f"/payments/{row['id']}", {})
        is_paid_back = any([await firm.open_of(one) < 0 for one in firm.invoices])
        if shown and (Decimal(shown["rest"]) or is_paid_back) and not shown["is_reversed"]:
            assert await firm.ask("POST", f"/payments/{row['id']}/reversal", {**WHY, "on": str(TODAY)})
    for invoice in firm.invoices:
        if (left := await firm.open_of(invoice)) > 0:
            await pays(firm, invoice, left, left, TODAY)


async def posted(firm: Firm) -> list[dict[str, Any]]:
    """Every line of the journal with the day and the cause of its entry."""
    entries = {row["id"]: row for row in await firm.rows("journal_entries")}
    return [{**entries[line["entry_id"]], **line} for line in await firm.rows("journal_lines")]


def summed(lines: Iterable[Mapping[str, Any]], role: str, what: str = "functional_amount") -> Decimal:
    return sum((line[what] for line in lines if line["role"] == role), Decimal())


def nothing_stands(lines: Iterable[Mapping[str, Any]]) -> None:
    """Nothing is left on receivables and on customers' credit, in either currency."""
    for line_of in (RECEIVABLE, CREDIT):
        for what in ("amount", "functional_amount"):
            assert summed(lines, line_of, what) == 0


async def the_books_say_what_is_open(firm: Firm) -> None:
    """Each claim stands at its part of what all of it was translated to, the customers' credit at its of payments."""
    lines = await posted(firm)
    claims = [(Decimal(one["gross"]), await firm.open_of(one)) for one in firm.invoices]
    assert summed(lines, RECEIVABLE, "amount") == sum(left for _, left in claims)
    assert summed(lines, RECEIVABLE) == sum(cents(firm.worth(gross, ISSUED) * left / gross) for gross, left in claims)
    payments = [await firm.ask("GET", f"/payments/{row['id']}", {}) for row in await firm.rows("payments")]
    standing = [one for one in payments if one is not None and not one["is_reversed"]]
    came = [(Decimal(one["amount"]), date.fromisoformat(one["received_on"]), Decimal(one["rest"])) for one in standing]
    assert summed(lines, CASH) == sum(firm.worth(amount, on) for amount, on, _ in came)
    assert -summed(lines, CREDIT) == sum(cents(firm.worth(amount, on) * rest / amount) for amount, on, rest in came)


async def the_difference_is_realised(firm: Firm) -> None:
    """An entry realises what leaves at another rate than its day's, and nothing else; what stays is at the day's."""
    entries: dict[UUID, list[dict[str, Any]]] = {}
    for line in await posted(firm):
        entries.setdefault(line["entry_id"], []).append(line)
    for lines in entries.values():
        assert sum(line["functional_amount"] for line in lines) == 0
        assert sum(line["amount"] for line in lines) == 0
        for line in lines:
            takes_back = line["role"] == CASH and line["amount"] < 0
            if line["role"] not in AS_THEY_STAND and not takes_back:
                assert line["functional_amount"] == firm.worth(line["amount"], line["posted_on"])
