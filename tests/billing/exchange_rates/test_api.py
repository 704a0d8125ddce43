"""Exchange rates over HTTP: entered once, corrected on purpose, brought in whole or not at all."""

from __future__ import annotations

import asyncio

import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import CANARY, Billing
from tests.support.exchange_rates import a_file, a_rate_body, an_exchange_rate
from tests.support.ledger import sent


async def test_a_rate_is_entered_once_and_shown_as_it_was(billing: Billing) -> None:
    first = await an_exchange_rate(billing, "1.5", "2026-03-02")
    again = await an_exchange_rate(billing, "1.50", "2026-03-02")

    shown = (await billing.as_(Role.AUDITOR).get(f"/exchange-rates/{first}")).json()
    assert again == first
    assert (shown["rate"], shown["ends_before"], shown["entered_by"]) == ("1.50", "2026-03-09", "carla")
    assert len(await billing.rows("exchange_rates")) == 1


async def test_a_wrong_rate_is_corrected_on_purpose_and_stays_to_be_seen(billing: Billing) -> None:
    await an_exchange_rate(billing, "15.0", "2026-03-02")
    controller = billing.as_(Role.CONTROLLER)

    refused = await controller.put(f"/exchange-rates/{new_id()}", json=a_rate_body("1.50"))
    corrected = await controller.put(f"/exchange-rates/{new_id()}", json=a_rate_body("1.50", corrects=True))

    listed = (await billing.as_(Role.AUDITOR).get("/exchange-rates", params={"on": "2026-03-05"})).json()["items"]
    assert (refused.status_code, code_of(refused), corrected.status_code) == (409, "exchange_rate_stands", 201)
    assert [(one["rate"], one["version"], one["is_corrected"]) for one in listed] == [
        ("1.50", 2, False),
        ("15.00", 1, True),
    ]


async def test_rates_are_listed_by_currency_the_latest_first(billing: Billing) -> None:
    await an_exchange_rate(billing, "1.50", "2026-03-02")
    await an_exchange_rate(billing, "1.51", "2026-03-03")
    await an_exchange_rate(billing, "0.95", "2026-03-03", quote_currency="CHF")

    auditor = billing.as_(Role.AUDITOR)
    dollars = (await auditor.get("/exchange-rates", params={"currency": "USD"})).json()["items"]
    first = (await auditor.get("/exchange-rates", params={"limit": 2})).json()
    rest = (await auditor.get("/exchange-rates", params={"limit": 2, "cursor": first["next"]})).json()

    assert [one["rate"] for one in dollars] == ["1.51", "1.50"]
    assert [one["rate"] for one in first["items"] + rest["items"]] == ["0.95", "1.51", "1.50"]


async def test_a_file_is_brought_in_and_again_brings_nothing(billing: Billing) -> None:
    controller, file = billing.as_(Role.CONTROLLER), a_file("EUR,USD,1.50,2026-03-02,", "EUR,CHF,0.95,2026-03-02,")

    first, again = [await sent(controller, "/exchange-rates/file", file) for _ in range(2)]

    assert (first.status_code, first.json(), again.json()) == (201, {"lines": 2, "new": 2}, {"lines": 2, "new": 0})
    assert len(await billing.rows("exchange_rates")) == 2


@pytest.mark.parametrize(
    ("last_line", "status", "code", "said"),
    [
        ("EUR,GBP,much,2026-03-02,", 422, "bad_rate_file", "line 3: 'much' is no number."),
        ("EUR,USD,1.60,2026-03-02,", 409, "exchange_rate_stands", "From 2026-03-02 on, 1 EUR is 1.5 USD already."),
    ],
)
async def test_of_a_file_with_a_wrong_line_nothing_is_kept(
    billing: Billing, last_line: str, status: int, code: str, said: str
) -> None:
    await an_exchange_rate(billing, "1.50", "2026-03-02")
    before = await billing.digest()

    file = a_file("EUR,CHF,0.95,2026-03-02,", last_line)
    answer = await sent(billing.as_(Role.CONTROLLER), "/exchange-rates/file", file)

    assert (answer.status_code, code_of(answer), answer.json()["detail"]) == (status, code, said)
    assert await billing.digest() == before


async def test_a_file_corrects_rates_where_that_is_said(billing: Billing) -> None:
    await an_exchange_rate(billing, "1.50", "2026-03-02")

    file = {**a_file("EUR,USD,1.60,2026-03-02,"), "corrects": True}
    answer = await sent(billing.as_(Role.CONTROLLER), "/exchange-rates/file", file)

    assert answer.json() == {"lines": 1, "new": 1}
    assert sorted(row["version"] for row in await billing.rows("exchange_rates")) == [1, 2]


async def test_of_ten_different_rates_of_a_day_entered_at_once_one_stands(billing: Billing) -> None:
    controller = billing.as_(Role.CONTROLLER)
    bodies = [a_rate_body(f"1.5{number}") for number in range(10)]

    answers = await asyncio.gather(*(controller.put(f"/exchange-rates/{new_id()}", json=body) for body in bodies))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    assert len(await billing.rows("exchange_rates")) == 1


async def test_one_tenant_does_not_see_the_rates_of_another(billing: Billing) -> None:
    rate_id = await an_exchange_rate(billing, "1.50", "2026-03-02")

    other = billing.as_(Role.AUDITOR, tenant=CANARY)
    assert (await other.get(f"/exchange-rates/{rate_id}")).status_code == 404
    assert (await other.get("/exchange-rates")).json()["items"] == []


@pytest.mark.parametrize("role", [Role.BILLING_CLERK, Role.BILLING_APPROVER, Role.AUDITOR, Role.ADMINISTRATOR])
async def test_who_does_not_keep_rates_is_refused_and_nothing_changes(billing: Billing, role: Role) -> None:
    one = await billing.as_(role).put(f"/exchange-rates/{new_id()}", json=a_rate_body())
    many = await sent(billing.as_(role), "/exchange-rates/file", a_file("EUR,USD,1.5,2026-03-02,"))

    assert {(answer.status_code, code_of(answer)) for answer in (one, many)} == {(403, "not_permitted")}
    assert await billing.rows("exchange_rates") == []


async def test_a_clerk_does_not_see_the_rates_of_the_books(billing: Billing) -> None:
    assert (await billing.as_(Role.BILLING_CLERK).get("/exchange-rates")).status_code == 403
