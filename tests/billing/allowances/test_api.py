"""The allowance: reckoned by age, posted as the difference to what stands, never for a day that was passed."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.billing.payments.test_api import an_invoice, balances
from tests.billing.write_offs.test_api import written_off
from tests.support.api import code_of
from tests.support.billing import Billing, Made, a_legal_entity, a_payment, an_issued_credit
from tests.support.exchange_rates import an_invoice_of_1000, euros_in_dollars, in_books
from tests.support.ledger import a_new_entry, closed, map_accounts, posted, sealed

ALLOWANCE, LOSS = "1290", "6800"


async def a_policy(
    billing: Billing, invoice: Made, *percents: str, role: Role = Role.CONTROLLER, **different: Any
) -> httpx2.Response:
    """Say what is likely lost, from the first day of 2026 on."""
    body = {"legal_entity_id": invoice["legal_entity_id"], "starts_on": "2026-01-01", "percents": percents, **different}
    return await billing.as_(role).put(f"/allowance-policies/{new_id()}", json=body)


async def run_of(billing: Billing, invoice: Made, *, role: Role = Role.CONTROLLER, **different: Any) -> httpx2.Response:
    body = {"legal_entity_id": invoice["legal_entity_id"], "as_of": "2026-03-31", **different}
    return await billing.as_(role, subject="carla").put(f"/allowance-runs/{new_id()}", json=body)


async def test_a_run_posts_what_is_likely_lost_and_the_next_one_only_the_difference(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    assert (await a_policy(billing, invoice, "2.5", "10", "20", "50", "100")).is_success

    first = (await run_of(billing, invoice)).json()
    second = (await run_of(billing, invoice)).json()
    await a_payment(billing, invoice, "142.40")
    third = (await run_of(billing, invoice)).json()

    assert first["parts"] == [
        {"currency": "EUR", "band": 0, "open": "1142.40", "percent": "2.50", "allowance": "28.56"}
    ]
    assert [one["totals"][0]["difference"] for one in (first, second, third)] == ["28.56", "0.00", "-3.56"]
    assert await balances(billing, ALLOWANCE, LOSS) == [Decimal("-25.00"), Decimal("25.00")]


async def test_a_preview_says_what_a_run_will_and_keeps_nothing(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    await a_policy(billing, invoice, "10", "10", "20", "50", "100", leaves_out_tax=True)
    before = await billing.digest()

    asked = {"legal_entity_id": invoice["legal_entity_id"], "as_of": "2026-03-31"}
    preview = (await billing.as_(Role.AUDITOR).get("/allowance-runs/preview", params=asked)).json()

    assert await billing.digest() == before
    run = (await run_of(billing, invoice)).json()
    assert (
        preview["totals"]
        == run["totals"]
        == [{"currency": "EUR", "wanted": "96.00", "stood": "0.00", "difference": "96.00"}]
    )


async def test_a_write_off_uses_the_allowance_and_the_next_run_makes_up_for_it(billing: Billing) -> None:
    invoice, lost = await an_invoice(billing), await an_invoice(billing)
    await a_policy(billing, invoice, "10", "10", "20", "50", "100")
    await run_of(billing, invoice)

    write_off = await written_off(billing, lost)
    standing = await balances(billing, ALLOWANCE, LOSS)
    await run_of(billing, invoice)

    assert write_off["charged_to"] == "allowance"
    assert standing == [Decimal("913.92"), Decimal("228.48")]
    assert await balances(billing, ALLOWANCE, LOSS) == [Decimal("-114.24"), Decimal("1256.64")]


async def test_what_we_owe_a_customer_makes_no_allowance(billing: Billing) -> None:
    invoice, credited = await an_invoice(billing), await an_invoice(billing)
    await a_payment(billing, credited)
    await an_issued_credit(billing, credited)
    await a_policy(billing, invoice, "10", "10", "20", "50", "100")

    run = (await run_of(billing, invoice)).json()

    assert [one["open"] for one in run["parts"]] == ["1142.40"]


async def test_what_was_posted_by_hand_counts_as_standing(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    await posted(billing, a_new_entry((ALLOWANCE, "-14.24"), ("3000", "14.24")))
    await a_policy(billing, invoice, "10", "10", "20", "50", "100")

    run = (await run_of(billing, invoice)).json()

    assert (run["totals"][0]["stood"], run["totals"][0]["difference"]) == ("14.24", "100.00")


async def test_two_runs_at_once_post_the_allowance_once(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    await a_policy(billing, invoice, "10", "10", "20", "50", "100")

    answers = await asyncio.gather(*(run_of(billing, invoice) for _ in range(4)))

    assert sorted(one.json()["totals"][0]["difference"] for one in answers) == ["0.00"] * 3 + ["114.24"]
    assert await balances(billing, ALLOWANCE) == [Decimal("-114.24")]


async def test_a_run_asked_for_twice_is_the_run_that_stands_and_no_other(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    await a_policy(billing, invoice, "10", "10", "20", "50", "100")
    first = (await run_of(billing, invoice)).json()
    body = {"legal_entity_id": invoice["legal_entity_id"], "as_of": "2026-03-31"}
    controller, path = billing.as_(Role.CONTROLLER), f"/allowance-runs/{first['id']}"

    again = await controller.put(path, json=body)
    other = await controller.put(path, json={**body, "as_of": "2026-03-30"})

    assert (again.json(), code_of(other)) == (first, "already_exists")


async def test_the_policy_of_the_day_counts_and_of_one_day_the_last(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    await a_policy(billing, invoice, "10", "10", "20", "50", "100")
    await a_policy(billing, invoice, "1", "1", "1", "1", "1")
    await a_policy(billing, invoice, "50", "50", "50", "50", "50", starts_on="2026-04-01")

    run = (await run_of(billing, invoice)).json()

    assert run["totals"][0]["wanted"] == "11.42"
    asked = {"legal_entity_id": invoice["legal_entity_id"]}
    known = (await billing.as_(Role.AUDITOR).get("/allowance-policies", params=asked)).json()["items"]
    assert [one["percents"][0] for one in known] == ["50.00", "1.00", "10.00"]
    await a_policy(billing, invoice, "5", "5", "5", "5", "5", starts_on="2026-03-31")
    await a_policy(billing, invoice, "2", "2", "2", "2", "2", starts_on="2026-03-30")
    assert (await run_of(billing, invoice)).json()["totals"][0]["wanted"] == "57.12"


async def test_what_does_not_fit_is_refused_and_nothing_is_kept(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    without_policy = await run_of(billing, invoice)
    await a_policy(billing, invoice, "10", "10", "20", "50", "100")
    await run_of(billing, invoice)
    before = await billing.digest()

    answers = {
        "allowance_in_future": await run_of(billing, invoice, as_of="2026-04-01"),
        "allowance_goes_back": await run_of(billing, invoice, as_of="2026-03-30"),
        "no_such_legal_entity": await run_of(billing, {"legal_entity_id": str(new_id())}),
        "invalid_request": await a_policy(billing, invoice, "10", "10", "20", "50"),
        "percent_out_of_range": await a_policy(billing, invoice, "10", "10", "20", "50", "100.01"),
    }
    nobodys = await a_policy(billing, {"legal_entity_id": str(new_id())}, "10", "10", "20", "50", "100")

    assert code_of(without_policy) == "no_allowance_policy"
    assert {code: code_of(answer) for code, answer in answers.items()} == {code: code for code in answers}
    assert code_of(nobodys) == "no_such_legal_entity"
    assert await billing.digest() == before


async def test_a_closed_month_takes_no_allowance(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    await a_policy(billing, invoice, "10", "10", "20", "50", "100")
    await map_accounts(billing)
    await sealed(billing)
    assert (await closed(billing, "2026-03")).is_success

    assert code_of(await run_of(billing, invoice)) == "period_closed"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.BILLING_CLERK, Role.CONSULTANT, Role.ERP])
async def test_only_approvers_and_controllers_set_the_allowance(billing: Billing, role: Role) -> None:
    invoice = await an_invoice(billing)
    await a_policy(billing, invoice, "10", "10", "20", "50", "100")

    answers = [await run_of(billing, invoice, role=role), await a_policy(billing, invoice, *["1"] * 5, role=role)]

    assert [code_of(answer) for answer in answers] == ["not_permitted"] * 2


async def test_in_a_foreign_currency_all_of_the_allowance_is_at_the_rate_of_the_day(bare_billing: Billing) -> None:
    await a_legal_entity(bare_billing, functional_currency="USD")
    await euros_in_dollars(bare_billing, d10="1.50", d20="1.55", d31="1.60")
    invoice = await an_invoice_of_1000(bare_billing)
    await a_policy(bare_billing, invoice, "10", "10", "20", "50", "100")

    assert (await run_of(bare_billing, invoice, as_of="2026-03-20")).is_success
    first = await in_books(bare_billing)
    await a_payment(bare_billing, invoice, "500.00")
    assert (await run_of(bare_billing, invoice)).is_success
    second = await in_books(bare_billing)
    await a_payment(bare_billing, invoice, "500.00")
    assert (await run_of(bare_billing, invoice)).is_success
    third = await in_books(bare_billing)

    assert (first[ALLOWANCE], first[LOSS]) == (Decimal(-155), Decimal(155))
    assert (second[ALLOWANCE], second[LOSS]) == (Decimal(-80), Decimal(80))
    assert ALLOWANCE not in third and LOSS not in third


async def test_a_page_shows_every_policy_and_which_of_them_counts_today(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    here = f"/allowance?legal_entity={invoice['legal_entity_id']}"
    browser = billing.api.browser(Role.CONTROLLER)
    await a_policy(billing, invoice, "1", "10", "20", "50", "100")
    assert "Every policy" not in (await browser.get(here)).text, "there is but one"

    await a_policy(billing, invoice, "2", "10", "20", "50", "100", starts_on="2026-05-01")

    shown = (await browser.get(here)).text.partition("Every policy")[2]
    assert shown.index("1 May 2026") < shown.index("To come") < shown.index("1 Jan 2026") < shown.index("Counts today")
