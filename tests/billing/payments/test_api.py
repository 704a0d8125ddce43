"""Payments: recorded once, allocated as far as they reach, taken back whole; the books follow every step."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.actor import Role
from shared.contracts.billing import PaymentReceived, PaymentReversed
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import (
    Billing,
    Made,
    a_payment,
    a_payment_body,
    a_sale,
    a_time_line,
    a_timesheet,
    an_account,
    an_entry,
    an_issued_invoice,
)
from tests.support.ledger import sent, trial_balance

BANK, RECEIVABLE, CREDIT, ROUNDING = "1000", "1200", "2200", "4900"


async def an_invoice(billing: Billing, *, minutes: int = 480, account_id: UUID | None = None) -> Made:
    """Have an invoice over 1,142.40 issued: eight hours at 120 an hour and 19 % tax."""
    line = a_time_line("120.00")
    sale = a_sale(line, account=an_account(account_id))
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, minutes)))
    return await an_issued_invoice(billing, contract_id)


async def recorded(billing: Billing, body: Made) -> httpx2.Response:
    return await billing.as_(Role.BILLING_CLERK).put(f"/payments/{new_id()}", json=body)


async def standing(billing: Billing, invoice: Made) -> tuple[str, str]:
    """How far an invoice is settled, and what is open on it."""
    found = (await billing.as_(Role.AUDITOR).get(f"/receivables/{invoice['id']}")).json()
    return found["state"], found["open"]


async def balances(billing: Billing, *accounts: str) -> list[Decimal]:
    found = await trial_balance(billing)
    return [found.get(account, Decimal()) for account in accounts]


async def posted(billing: Billing, payment: Made, verb: str, body: Any) -> httpx2.Response:
    return await sent(billing.as_(Role.BILLING_CLERK), f"/payments/{payment['id']}/{verb}", body)


async def test_a_payment_settles_its_invoice_and_the_account(billing: Billing) -> None:
    invoice = await an_invoice(billing)

    payment = await a_payment(billing, invoice)

    assert (payment["rest"], payment["allocations"][0]["number"]) == ("0.00", invoice["number"])
    assert await standing(billing, invoice) == ("paid", "0.00")
    assert await balances(billing, BANK, RECEIVABLE, CREDIT) == [Decimal("1142.40"), 0, 0]
    [event] = await billing.announced(PaymentReceived)
    assert [(one.number, one.amount) for one in event.allocations] == [(invoice["number"], Decimal("1142.40"))]
    assert str(event.thread_id) == invoice["thread_id"]


async def test_a_part_leaves_the_rest_open_and_too_much_is_the_customers_credit(billing: Billing) -> None:
    first, second = [await an_invoice(billing, account_id=UUID(int=5)) for _ in range(2)]

    await a_payment(billing, first, "1000.00")
    over = await a_payment(billing, first, "142.40", paid="642.40")

    assert (await standing(billing, first), over["rest"]) == (("paid", "0.00"), "500.00")
    assert await balances(billing, BANK, RECEIVABLE, CREDIT) == [Decimal("1642.40"), Decimal("1142.40"), -500]

    used = await posted(billing, over, "allocations", {"allocations": [{"invoice_id": second["id"], "amount": "500"}]})

    assert used.json()["rest"] == "0.00"
    assert await standing(billing, second) == ("part_paid", "642.40")
    assert await balances(billing, RECEIVABLE, CREDIT) == [Decimal("642.40"), 0]


@pytest.mark.parametrize(
    ("paid", "share", "rounding"), [("1142.00", "1142.00", "0.40"), ("1143.00", "1142.40", "-0.60")]
)
async def test_a_small_difference_goes_to_rounding_where_asked_for(
    billing: Billing, paid: str, share: str, rounding: str
) -> None:
    invoice = await an_invoice(billing)

    payment = await a_payment(billing, invoice, share, paid=paid, settle_difference=True)

    assert (payment["rest"], await standing(billing, invoice)) == ("0.00", ("paid", "0.00"))
    assert await balances(billing, BANK, RECEIVABLE, CREDIT, ROUNDING) == [Decimal(paid), 0, 0, Decimal(rounding)]


async def test_a_bounced_payment_opens_everything_again_and_is_taken_back_once(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    payment = await a_payment(billing, invoice, "1142.00", paid="1142.00", settle_difference=True)
    bounced = {"on": "2026-03-31", "reason": "No funds"}

    first = await posted(billing, payment, "reversal", bounced)
    second = await posted(billing, payment, "reversal", bounced)

    assert first.is_success, first.text
    assert (first.json()["is_reversed"], first.json()["rest"], code_of(second)) == (True, "0.00", "reversed_already")
    assert await standing(billing, invoice) == ("open", "1142.40")
    assert await balances(billing, BANK, RECEIVABLE, CREDIT, ROUNDING) == [0, Decimal("1142.40"), 0, 0]
    assert len(await billing.announced(PaymentReversed)) == 1


async def test_one_allocation_is_taken_back_once_and_is_credit_again(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    payment = await a_payment(billing, invoice)
    path = f"allocations/{payment['allocations'][0]['id']}/withdrawal"

    first = await posted(billing, payment, path, {"reason": "Meant for another one"})
    second = await posted(billing, payment, path, {"reason": "Again"})

    assert (first.json()["rest"], code_of(second)) == ("1142.40", "no_such_allocation")
    assert await standing(billing, invoice) == ("open", "1142.40")
    assert await balances(billing, RECEIVABLE, CREDIT) == [Decimal("1142.40"), Decimal("-1142.40")]


async def test_what_does_not_fit_is_refused_and_nothing_is_kept(billing: Billing) -> None:
    invoice, other = await an_invoice(billing), await an_invoice(billing)
    before = await billing.digest()
    twice = [{"invoice_id": invoice["id"], "amount": "1.00"}] * 2
    refused = {
        "more_than_open": a_payment_body(invoice, "1142.41"),
        "allocates_more_than_paid": a_payment_body(invoice, "100.00", paid="99.99"),
        "not_their_invoice": a_payment_body(invoice, customer_id=other["customer_id"]),
        "payment_in_third_currency": a_payment_body(invoice, currency="USD"),
        "difference_too_large": a_payment_body(invoice, "1141.00", settle_difference=True),
        "received_in_future": a_payment_body(invoice, received_on="2026-04-01"),
        "paid_before_issued": a_payment_body(invoice, received_on="2026-03-30"),
        "invoice_twice": a_payment_body(invoice, paid="2.00", allocations=twice),
        "nothing_settled": a_payment_body(invoice, "0.001", paid="1.00"),
        "no_such_receivable": a_payment_body({**invoice, "id": str(new_id())}),
        "no_such_customer": a_payment_body(invoice, customer_id=str(new_id())),
        "invalid_request": a_payment_body(invoice, "-1.00", paid="1.00"),
    }

    answers = {code: await recorded(billing, body) for code, body in refused.items()}

    assert {code: code_of(answer) for code, answer in answers.items()} == {code: code for code in refused}
    assert all(answer.json()["mend"] or code == "invalid_request" for code, answer in answers.items())
    assert await billing.digest() == before


async def test_nothing_is_allocated_ahead(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    payment = await a_payment(billing, invoice, "100.00", paid="200.00")
    body = {"allocations": [{"invoice_id": invoice["id"], "amount": "50.00"}]}

    ahead = await posted(billing, payment, "allocations", {**body, "on": "2026-04-01"})
    today = await posted(billing, payment, "allocations", {**body, "on": "2026-03-31"})

    assert (code_of(ahead), today.json()["rest"]) == ("received_in_future", "50.00")


async def test_a_reference_of_the_bank_counts_once(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    await a_payment(billing, invoice, "100.00", reference="TX-1")

    again = await recorded(billing, a_payment_body(invoice, "100.00", reference="TX-1"))

    assert (again.status_code, code_of(again)) == (409, "already_exists")
    assert await standing(billing, invoice) == ("part_paid", "1042.40")


async def test_ten_payments_at_once_never_settle_more_than_is_open(billing: Billing) -> None:
    invoice = await an_invoice(billing)

    answers = await asyncio.gather(*(recorded(billing, a_payment_body(invoice, "300.00")) for _ in range(10)))

    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 7
    assert await standing(billing, invoice) == ("part_paid", "242.40")


async def test_five_allocations_at_once_never_use_more_than_was_paid(billing: Billing) -> None:
    first, second = [await an_invoice(billing, account_id=UUID(int=5)) for _ in range(2)]
    payment = await a_payment(billing, first, allocations=[], paid="500.00")
    bodies = [
        {"allocations": [{"invoice_id": one["id"], "amount": "200.00"}]} for one in (first, second, first, second)
    ]

    answers = await asyncio.gather(*(posted(billing, payment, "allocations", body) for body in bodies))

    assert sorted(answer.status_code for answer in answers) == [200, 200, 409, 409]
    assert await balances(billing, CREDIT) == [-100]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.BILLING_APPROVER, Role.CONSULTANT, Role.ERP])
async def test_only_a_clerk_records_payments(billing: Billing, role: Role) -> None:
    invoice = await an_invoice(billing)

    answer = await billing.as_(role).put(f"/payments/{new_id()}", json=a_payment_body(invoice))

    assert (answer.status_code, code_of(answer)) == (403, "not_permitted")


@pytest.mark.parametrize("statement", ["update payments set amount = 1", "delete from settlements"])
async def test_the_database_refuses_to_change_what_was_paid(billing: Billing, statement: str) -> None:
    await a_payment(billing, await an_invoice(billing))

    with pytest.raises(DBAPIError, match="permission denied"):
        async with billing.work() as work:
            await work.session.execute(text(statement))
