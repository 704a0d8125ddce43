"""Open balances in foreign currencies at a month's end: worth what the day says, and back on the next."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from shared.actor import Role
from tests.support.api import code_of
from tests.support.billing import Billing, a_legal_entity, a_payment
from tests.support.exchange_rates import an_invoice_of_1000, euros_in_dollars, in_books
from tests.support.ledger import ENTITY, closed, map_accounts, sealed, sent

MARCH = f"/periods/{ENTITY}/2026-03"


@pytest.fixture
async def books(bare_billing: Billing) -> Billing:
    """Serve billing for a firm that keeps its books in dollars."""
    await a_legal_entity(bare_billing, functional_currency="USD")
    return bare_billing


async def revalued(billing: Billing, role: Role = Role.CONTROLLER) -> httpx2.Response:
    return await sent(billing.as_(role), f"{MARCH}/revaluation")


async def open_balances(billing: Billing) -> list[Any]:
    answer = await billing.as_(Role.AUDITOR).get(f"{MARCH}/open-balances")
    assert answer.is_success, answer.text
    return list(answer.json()["balances"])


async def concern(billing: Billing) -> int:
    found = (await billing.as_(Role.AUDITOR).get(f"{MARCH}/checklist")).json()["findings"]
    [count] = [one["count"] for one in found if one["concern"] == "unrevalued_balances"]
    return int(count)


async def test_what_is_open_is_worth_what_the_last_day_says_and_back_on_the_next(books: Billing) -> None:
    await euros_in_dollars(books, d10="1.50", d20="1.55", d31="1.60")
    invoice = await an_invoice_of_1000(books)
    await a_payment(books, invoice, "400.00", paid="500.00", received_on="2026-03-20")
    before = await in_books(books)

    shown = {one["account"]: (one["balance"], one["stands_at"], one["worth"]) for one in await open_balances(books)}
    answer = await revalued(books)

    assert shown == {
        "1000": ("500.00", "775.00", "800.00"),
        "1200": ("600.00", "900.00", "960.00"),
        "2200": ("-100.00", "-155.00", "-160.00"),
    }
    [entry] = answer.json()["entries"]
    assert (entry["posted_on"], entry["currency"], entry["functional_currency"]) == ("2026-03-31", "EUR", "USD")
    assert {one["account"]: (one["amount"], one["functional_amount"]) for one in entry["lines"]} == {
        "1000": ("0.00", "25.00"),
        "1200": ("0.00", "60.00"),
        "2200": ("0.00", "-5.00"),
        "4920": ("0.00", "-80.00"),
    }
    rate = (await books.as_(Role.AUDITOR).get(f"/exchange-rates/{entry['exchange_rate_id']}")).json()
    assert rate["rate"] == "1.60"
    at_the_end = await in_books(books, up_to="2026-03-31")
    assert (at_the_end["1200"], at_the_end["4920"]) == (Decimal(960), Decimal(-80))
    assert await in_books(books) == before


async def test_it_is_done_once_and_later_only_for_what_came_since(books: Billing) -> None:
    await euros_in_dollars(books, d10="1.50", d31="1.60")
    await an_invoice_of_1000(books)
    assert await concern(books) == 1

    first, again = await revalued(books), await revalued(books)
    assert (len(first.json()["entries"]), again.json()["entries"], await concern(books)) == (1, [], 0)
    await an_invoice_of_1000(books, issued_on="2026-03-11")
    more = await revalued(books)

    [entry] = more.json()["entries"]
    assert [one["functional_amount"] for one in entry["lines"]] == ["100.00", "-100.00"]
    assert (await in_books(books, up_to="2026-03-31"))["1200"] == Decimal(3200)
    assert (await in_books(books))["1200"] == Decimal(3000)


async def test_two_who_do_it_at_once_do_it_once(books: Billing) -> None:
    await euros_in_dollars(books, d10="1.50", d31="1.60")
    await an_invoice_of_1000(books)

    answers = await asyncio.gather(*(revalued(books) for _ in range(4)))

    assert all(answer.is_success for answer in answers), [answer.text for answer in answers]
    kinds = [row["source_kind"] for row in await books.rows("journal_entries")]
    assert kinds.count("revaluation") == kinds.count("reversal") == 1


async def test_a_missing_rate_is_refused_and_shown(books: Billing) -> None:
    await euros_in_dollars(books, d10="1.50")
    await an_invoice_of_1000(books)
    before = await books.digest()

    answer = await sent(books.as_(Role.CONTROLLER), f"/periods/{ENTITY}/2026-04/revaluation")

    assert (answer.status_code, code_of(answer)) == (409, "missing_exchange_rate")
    assert answer.json()["detail"] == "There is no exchange rate for EUR in USD on 2026-04-30."
    assert await books.digest() == before
    shown = await books.as_(Role.AUDITOR).get(f"/periods/{ENTITY}/2026-04/open-balances")
    assert [(one["rate"], one["worth"], one["difference"]) for one in shown.json()["balances"]] == [(None, None, None)]


async def test_a_firm_with_one_currency_has_nothing_to_revalue(billing: Billing) -> None:
    await an_invoice_of_1000(billing)

    answer = await revalued(billing)

    assert (answer.status_code, answer.json()["entries"]) == (201, [])
    assert (await open_balances(billing), await concern(billing)) == ([], 0)


async def test_into_a_closed_month_nothing_is_revalued(books: Billing) -> None:
    await euros_in_dollars(books, d10="1.50", d31="1.60")
    await an_invoice_of_1000(books)
    await map_accounts(books)
    await sealed(books)
    assert (await closed(books, "2026-03")).is_success

    answer = await revalued(books)

    assert (answer.status_code, code_of(answer)) == (409, "period_closed")


async def test_only_who_closes_the_books_revalues_and_it_needs_a_key(books: Billing) -> None:
    await euros_in_dollars(books, d10="1.50", d31="1.60")
    await an_invoice_of_1000(books)
    before = await books.digest()

    for role in set(Role) - {Role.CONTROLLER, Role.BILLING_APPROVER}:
        assert code_of(await revalued(books, role)) == "not_permitted"
    keyless = await books.as_(Role.CONTROLLER).post(f"{MARCH}/revaluation")

    assert code_of(keyless) == "idempotency_key_missing"
    assert await books.digest() == before


async def test_every_entry_of_it_is_shown_with_its_cause(books: Billing) -> None:
    await euros_in_dollars(books, d10="1.50", d31="1.60")
    invoice = await an_invoice_of_1000(books)
    payment = await a_payment(books, invoice, "400.00")
    path = f"/payments/{payment['id']}/allocations/{payment['allocations'][0]['id']}/withdrawal"
    assert (await sent(books.as_(Role.BILLING_CLERK), path, {"reason": "Wrong"})).is_success
    await revalued(books)
    browser = books.api.browser(Role.CONTROLLER, subject="carla")

    for entry in await books.rows("journal_entries"):
        shown = await browser.get(f"/journal/entries/{entry['id']}", headers={"accept": "text/html"})
        assert shown.status_code == 200, shown.text[-500:]
        assert "In USD" in shown.text
    balances = await browser.get(f"/revaluation/{ENTITY}/2026-03", headers={"accept": "text/html"})
    assert (balances.status_code, "Revalue" in balances.text) == (200, False)
