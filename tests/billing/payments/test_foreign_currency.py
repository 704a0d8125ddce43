"""Claims in a foreign currency: they leave the books as they came in, and what the rate made of it is realised."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.positions import Standing
from services.billing.payments.model import changes_in_books
from shared.actor import Role
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import Billing, Made, a_legal_entity, a_payment, a_payment_body, an_issued_credit
from tests.support.exchange_rates import an_invoice_of_1000, euros_in_dollars, in_books
from tests.support.ledger import sent

BANK, RECEIVABLE, CREDIT, REALISED = "1000", "1200", "2200", "4910"
money = st.integers(1, 10**9).map(lambda cents: Decimal(cents).scaleb(-2))


@pytest.fixture
async def books(bare_billing: Billing) -> Billing:
    """Serve billing for a firm that keeps its books in dollars."""
    await a_legal_entity(bare_billing, functional_currency="USD")
    return bare_billing


async def standing(billing: Billing) -> list[Decimal]:
    """Bank, receivables, customers' credit and realised differences, in dollars."""
    found = await in_books(billing)
    return [found.get(account, Decimal()) for account in (BANK, RECEIVABLE, CREDIT, REALISED)]


async def then(billing: Billing, payment: Made, verb: str, body: Any) -> Made:
    answer = await sent(billing.as_(Role.BILLING_CLERK), f"/payments/{payment['id']}/{verb}", body)
    assert answer.is_success, answer.text
    return dict(answer.json())


def amounts(*said: str) -> Sequence[Decimal]:
    return [Decimal(amount) for amount in said]


@pytest.mark.parametrize(
    ("rate", "bank", "realised"),
    [("1.55", "1550", "-50"), ("1.45", "1450", "50"), ("1.5", "1500", "0"), ("1.54321", "1543.21", "-43.21")],
)
async def test_what_the_rate_made_of_a_claim_is_realised_when_it_is_paid(
    books: Billing, rate: str, bank: str, realised: str
) -> None:
    await euros_in_dollars(books, d10="1.50", d31=rate)
    invoice = await an_invoice_of_1000(books)
    assert await standing(books) == amounts("0", "1500", "0", "0")

    await a_payment(books, invoice)

    assert await standing(books) == amounts(bank, "0", "0", realised)


async def test_a_rate_the_other_way_round_comes_to_the_same(books: Billing) -> None:
    dollars = {"base_currency": "USD", "quote_currency": "EUR", "ends_before": "2026-04-01"}
    controller = books.as_(Role.CONTROLLER)
    for day, rate in (("2026-03-10", "0.8"), ("2026-03-31", "0.64")):
        body = {**dollars, "rate": rate, "starts_on": day}
        assert (await controller.put(f"/exchange-rates/{new_id()}", json=body)).is_success

    await a_payment(books, await an_invoice_of_1000(books))

    assert await standing(books) == amounts("1562.50", "0", "0", "-312.50")


async def test_parts_leave_nothing_behind_and_what_is_too_much_keeps_the_rate_it_came_at(books: Billing) -> None:
    await euros_in_dollars(books, d10="1.0834", d20="1.09121", d31="1.07777")
    customer = new_id()
    first, second = [await an_invoice_of_1000(books, customer=customer, hourly_rate="125.0125") for _ in range(2)]

    await a_payment(books, first, "333.33", received_on="2026-03-20")
    over = await a_payment(books, first, "666.77", paid="1000.00", received_on="2026-03-20")
    assert await standing(books) == amounts("1454.94", "1083.51", "-363.62", "-7.81")
    await then(books, over, "allocations", {"allocations": [{"invoice_id": second["id"], "amount": "333.23"}]})
    assert await standing(books) == amounts("1454.94", "722.49", "0", "-10.41")
    await a_payment(books, second, "666.87")

    assert await standing(books) == amounts("2173.67", "0", "0", "-6.65")


async def test_a_bounced_payment_takes_back_what_it_realised(books: Billing) -> None:
    await euros_in_dollars(books, d10="1.50", d20="1.55", d31="1.70")
    invoice = await an_invoice_of_1000(books)
    payment = await a_payment(books, invoice, "700.00", paid="900.00", received_on="2026-03-20")
    assert await standing(books) == amounts("1395", "450", "-310", "-35")

    await then(books, payment, "reversal", {"on": "2026-03-31", "reason": "No funds"})

    assert await standing(books) == amounts("0", "1500", "0", "0")


async def test_an_allocation_that_is_taken_back_is_credit_at_the_rate_it_came_at(books: Billing) -> None:
    await euros_in_dollars(books, d10="1.50", d20="1.55", d31="1.70")
    invoice = await an_invoice_of_1000(books)
    payment = await a_payment(books, invoice, received_on="2026-03-20")

    path = f"allocations/{payment['allocations'][0]['id']}/withdrawal"
    await then(books, payment, path, {"reason": "Meant for another one"})

    assert await standing(books) == amounts("1550", "1500", "-1550", "0")


async def test_what_is_credited_leaves_the_receivable_as_it_stands(books: Billing) -> None:
    await euros_in_dollars(books, d10="1.50", d31="1.60")
    invoice = await an_invoice_of_1000(books)

    await an_issued_credit(books, invoice, lines=[{"position": 1, "minutes": 240}])

    found = await in_books(books)
    assert found == {RECEIVABLE: Decimal(750), "2300": Decimal(-750)}


async def test_a_credit_of_earned_work_realises_what_the_rate_made_of_it(books: Billing) -> None:
    await euros_in_dollars(books, d10="1.50", d31="1.60")
    invoice = await an_invoice_of_1000(books)
    run = {"legal_entity": "MER", "period": "2026-03"}
    assert (await sent(books.as_(Role.CONTROLLER), "/recognition-runs", run)).is_success
    assert await in_books(books) == {RECEIVABLE: Decimal(1500), "4000": Decimal(-1500)}

    await an_issued_credit(books, invoice)

    assert await in_books(books) == {"1300": Decimal(1600), "4000": Decimal(-1500), REALISED: Decimal(-100)}


async def test_what_is_given_up_leaves_the_receivable_as_it_stands_and_comes_back_so(books: Billing) -> None:
    await euros_in_dollars(books, d10="1.50", d31="1.60")
    invoice = await an_invoice_of_1000(books)
    write_off = f"/write-offs/{new_id()}"
    body = {"invoice_id": invoice["id"], "amount": "400.00", "reason": "Insolvent"}
    assert (await books.as_(Role.BILLING_CLERK, subject="bella").put(write_off, json=body)).is_success

    assert (await books.as_(Role.CONTROLLER, subject="carla").post(f"{write_off}/approval", json={})).is_success
    assert await standing(books) == amounts("0", "900", "0", "-40")
    assert (await in_books(books))["6800"] == Decimal(640)
    recovery = await sent(books.as_(Role.BILLING_CLERK), f"{write_off}/recoveries", {"amount": "400.00"})

    assert recovery.is_success, recovery.text
    assert await standing(books) == amounts("0", "1500", "0", "0")


async def test_without_a_rate_on_its_day_an_invoice_is_not_issued_and_takes_no_number(books: Billing) -> None:
    await euros_in_dollars(books, d10="1.50")

    with pytest.raises(AssertionError, match="missing_exchange_rate"):
        await an_invoice_of_1000(books, issued_on="2026-03-09")

    assert await books.rows("issued_invoices") == await books.rows("journal_entries") == []
    assert (await an_invoice_of_1000(books))["number"] == "INV-2026-00001"


async def test_without_a_rate_on_its_day_a_payment_is_not_taken(books: Billing) -> None:
    await euros_in_dollars(books, d10="1.50")
    invoice = await an_invoice_of_1000(books)
    before = await books.digest()

    early = a_payment_body(invoice, paid="5.00", received_on="2026-03-09") | {"allocations": []}
    refused = await books.as_(Role.BILLING_CLERK).put(f"/payments/{new_id()}", json=early)

    assert (refused.status_code, code_of(refused)) == (409, "missing_exchange_rate")
    assert refused.json()["detail"] == "There is no exchange rate for EUR in USD on 2026-03-09."
    assert await books.digest() == before


@pytest.mark.parametrize("currency", ["USD", "GBP"])
async def test_a_payment_in_another_currency_than_the_invoice_is_refused(books: Billing, currency: str) -> None:
    await euros_in_dollars(books, d10="1.50")
    invoice = await an_invoice_of_1000(books)
    before = await books.digest()

    body = a_payment_body(invoice, paid="1500.00", currency=currency)
    answer = await books.as_(Role.BILLING_CLERK).put(f"/payments/{new_id()}", json=body)

    assert (answer.status_code, code_of(answer)) == (422, "payment_in_third_currency")
    assert await books.digest() == before


@given(came=money, functional=money, shares=st.lists(st.integers(0, 100), min_size=1, max_size=8))
def test_a_payment_that_is_used_up_bit_by_bit_leaves_nothing_behind(
    came: Decimal, functional: Decimal, shares: list[int]
) -> None:
    credit = Decimal()
    for share in [*shares, 0]:
        left = (came * share / 100).quantize(Decimal("0.01"))
        changes = changes_in_books(
            came=Standing(came, functional), credit=Standing(-left, credit), left=left, currency="USD"
        )
        credit += changes[PostingRole.CUSTOMER_CREDIT]

    assert credit == 0


def test_of_a_payment_that_was_never_translated_nothing_is_known() -> None:
    assert changes_in_books(came=None, credit=Standing(), left=Decimal(), currency="USD") == {}
