"""Receivables: the ageing report and the account say the same, and where not, by how much."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from services.billing.receivables.model import BANDS, band
from shared.actor import Role
from shared.ids import new_id
from tests.billing.payments.test_api import an_invoice
from tests.support.api import code_of
from tests.support.billing import Billing, Made, a_payment
from tests.support.home import Home
from tests.support.ledger import a_new_entry, posted

TEN_THOUSAND = text(
    """
    with numbered as (select gen_random_uuid() as id, n from generate_series(1, 10000) as n),
    made as (
        insert into invoices (id, contract_id, customer_id, legal_entity_id, thread_id, status, language, currency,
                              up_to, prepared_by, prepared_at, version)
        select numbered.id, contract_id, customer_id, legal_entity_id, thread_id, status, language, currency, up_to,
               prepared_by, prepared_at, 1
        from numbered, invoices one where one.id = :like
    )
    insert into issued_invoices (id, number, issued_on, due_on, net, tax, gross, issued_by, issued_at, sha256)
    select id, 'OLD-' || n, date '2025-01-01', date '2026-03-31' - n % 200, 10, 0, 10, 'bruno', now(), 'x' from numbered
    """
)


async def ageing(billing: Billing, invoice: Made, *, as_of: str = "2026-03-31") -> Any:
    params = {"legal_entity_id": invoice["legal_entity_id"], "as_of": as_of}
    answer = await billing.as_(Role.AUDITOR).get("/receivables/ageing", params=params)
    assert answer.is_success, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("days", "expected"), [(-5, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (400, 4)]
)
def test_days_overdue_fall_into_one_band(days: int, expected: int) -> None:
    assert band(days) == BANDS[expected]


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [("2026-04-30", 0), ("2026-05-01", 1), ("2026-06-29", 2), ("2026-07-29", 3), ("2026-12-31", 4)],
)
async def test_what_is_open_ages_by_its_due_day_and_agrees_with_the_account(
    billing: Billing, as_of: str, expected: int
) -> None:
    invoice = await an_invoice(billing)
    await a_payment(billing, invoice, "42.40")

    found = await ageing(billing, invoice, as_of=as_of)

    bands = ["0.00"] * 5
    bands[expected] = "1100.00"
    assert [(row["customer_name"], row["bands"]) for row in found["rows"]] == [("Alpenglow AG", bands)]
    [agreement] = found["agreements"]
    assert (agreement["items"], agreement["account"], agreement["unexplained"]) == ("1100.00", "1100.00", "0.00")


async def test_a_day_in_the_past_is_told_as_it_was(billing: Billing) -> None:
    invoice = await an_invoice(billing)

    found = await ageing(billing, invoice, as_of="2026-03-30")

    assert (found["rows"], found["agreements"]) == ([], [])


async def test_what_was_posted_by_hand_is_named_and_what_nobody_explains_is_shown(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    await posted(billing, a_new_entry(("1200", "50.00"), ("3000", "-50.00")))

    [agreement] = (await ageing(billing, invoice))["agreements"]

    assert agreement == {
        "currency": "EUR",
        "items": "1142.40",
        "account": "1192.40",
        "by_hand": "50.00",
        "unexplained": "0.00",
    }


async def test_open_items_are_the_longest_due_first_and_leave_when_paid(billing: Billing) -> None:
    invoice, paid = await an_invoice(billing), await an_invoice(billing)
    await a_payment(billing, paid)
    auditor = billing.as_(Role.AUDITOR)

    everything = (await auditor.get("/receivables")).json()["items"]
    overdue = (await auditor.get("/receivables", params={"due_before": "2026-04-30"})).json()["items"]

    assert ([one["invoice_id"] for one in everything], overdue) == ([invoice["id"]], [])


async def test_ten_thousand_open_items_are_aged_and_listed_page_by_page(billing: Billing, home: Home) -> None:
    invoice = await an_invoice(billing)
    async with billing.work() as work:
        await work.session.execute(TEN_THOUSAND, {"like": invoice["id"]})
    home.analyze()

    found = await ageing(billing, invoice)
    first = (await billing.as_(Role.AUDITOR).get("/receivables", params={"limit": 200})).json()

    assert sum(Decimal(row["total"]) for row in found["rows"]) == Decimal("101142.40")
    assert found["agreements"][0]["unexplained"] == "-100000.00"
    assert len(first["items"]) == 200


async def test_nothing_is_known_of_what_was_not_issued(billing: Billing) -> None:
    answer = await billing.as_(Role.AUDITOR).get(f"/receivables/{new_id()}")

    assert (answer.status_code, code_of(answer)) == (404, "no_such_receivable")
