"""Write-offs: one proposes, another agrees, the books follow; what is paid after all comes back."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from shared.actor import Role
from shared.contracts.claims import ClaimRecovered, ClaimWrittenOff
from shared.ids import new_id
from tests.billing.payments.test_api import an_invoice, balances, standing
from tests.billing.receivables.test_api import ageing
from tests.support.api import code_of
from tests.support.billing import (
    Billing,
    Made,
    a_drafted_credit,
    a_payment,
    a_payment_body,
    an_issued_credit,
)
from tests.support.ledger import closed, map_accounts, sealed, sent

RECEIVABLE, TAX, LOSS, ALLOWANCE = "1200", "2100", "6800", "1290"


async def proposed(billing: Billing, invoice: Made, amount: str = "1142.40", **different: Any) -> httpx2.Response:
    body = {"invoice_id": invoice["id"], "amount": amount, "reason": "Insolvent", **different}
    return await billing.as_(Role.BILLING_CLERK, subject="bella").put(f"/write-offs/{new_id()}", json=body)


async def a_proposal(billing: Billing, invoice: Made, amount: str = "1142.40", **different: Any) -> Made:
    answer = await proposed(billing, invoice, amount, **different)
    assert answer.is_success, answer.text
    return dict(answer.json())


async def approved(billing: Billing, write_off: Made, on: str | None = None) -> httpx2.Response:
    approver = billing.as_(Role.BILLING_APPROVER, subject="bruno")
    return await approver.post(f"/write-offs/{write_off['id']}/approval", json={"on": on})


async def written_off(billing: Billing, invoice: Made, amount: str = "1142.40", **different: Any) -> Made:
    """Have a claim given up, whole or in part."""
    answer = await approved(billing, await a_proposal(billing, invoice, amount, **different))
    assert answer.is_success, answer.text
    return dict(answer.json())


async def recovered(billing: Billing, write_off: Made, amount: str, on: str | None = None) -> httpx2.Response:
    body = {"amount": amount, "on": on}
    return await sent(billing.as_(Role.BILLING_CLERK), f"/write-offs/{write_off['id']}/recoveries", body)


async def test_a_proposal_changes_nothing_before_somebody_else_agrees(billing: Billing) -> None:
    invoice = await an_invoice(billing)

    write_off = await a_proposal(billing, invoice)

    assert write_off["status"] == "proposed"
    assert await standing(billing, invoice) == ("open", "1142.40")
    assert await balances(billing, RECEIVABLE, LOSS) == [Decimal("1142.40"), 0]


async def test_an_agreed_write_off_settles_the_claim_and_is_a_loss(billing: Billing) -> None:
    invoice = await an_invoice(billing)

    write_off = await written_off(billing, invoice)

    assert (write_off["charged_to"], write_off["written_off_on"]) == ("bad_debt", "2026-03-31")
    assert await standing(billing, invoice) == ("written_off", "0.00")
    assert await balances(billing, RECEIVABLE, LOSS) == [0, Decimal("1142.40")]
    [event] = await billing.announced(ClaimWrittenOff)
    assert (event.number, event.amount, str(event.thread_id)) == (
        invoice["number"],
        Decimal("1142.40"),
        invoice["thread_id"],
    )


async def test_a_part_leaves_the_rest_open_and_the_account_agrees(billing: Billing) -> None:
    invoice = await an_invoice(billing)

    await written_off(billing, invoice, "142.40")

    assert await standing(billing, invoice) == ("part_paid", "1000.00")
    [agreement] = (await ageing(billing, invoice))["agreements"]
    assert (agreement["items"], agreement["account"], agreement["unexplained"]) == ("1000.00", "1000.00", "0.00")


async def test_tax_comes_back_only_where_somebody_says_so_and_is_owed_again_when_all_is_paid(billing: Billing) -> None:
    invoice = await an_invoice(billing)

    write_off = await written_off(billing, invoice, reclaims_tax=True)

    assert write_off["tax"] == "182.40"
    assert await balances(billing, TAX, LOSS) == [0, Decimal("960.00")]
    for amount in ("0.01", "380.79", "761.60"):
        assert (await recovered(billing, write_off, amount)).is_success
    assert await balances(billing, RECEIVABLE, TAX, LOSS) == [Decimal("1142.40"), Decimal("-182.40"), 0]


async def test_what_is_paid_after_all_opens_the_claim_again_and_settles_it(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    write_off = await written_off(billing, invoice)
    early = await billing.as_(Role.BILLING_CLERK).put(f"/payments/{new_id()}", json=a_payment_body(invoice, "100.00"))

    back = await recovered(billing, write_off, "100.00")
    await a_payment(billing, invoice, "100.00")

    assert (code_of(early), back.json()["recovered"]) == ("more_than_open", "100.00")
    assert await standing(billing, invoice) == ("written_off", "0.00")
    assert await balances(billing, "1000", RECEIVABLE, LOSS) == [100, 0, Decimal("1042.40")]
    assert [one.amount for one in await billing.announced(ClaimRecovered)] == [100]


async def test_no_more_is_recovered_than_was_written_off_however_many_ask_at_once(billing: Billing) -> None:
    write_off = await written_off(billing, await an_invoice(billing), "100.00")

    answers = await asyncio.gather(*(recovered(billing, write_off, "40.00") for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [200, 200, 409, 409]
    assert await balances(billing, LOSS) == [20]


async def test_two_proposals_never_give_up_more_than_is_open(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    first, second = [await a_proposal(billing, invoice) for _ in range(2)]

    answers = await asyncio.gather(approved(billing, first), approved(billing, second))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await balances(billing, RECEIVABLE, LOSS) == [0, Decimal("1142.40")]


async def test_whoever_proposed_does_not_agree_and_what_is_decided_stays(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    write_off = await a_proposal(billing, invoice)
    path = f"/write-offs/{write_off['id']}"
    own = await billing.as_(Role.CONTROLLER, subject="bella").post(f"{path}/approval", json={})
    auditor = await billing.as_(Role.AUDITOR).post(f"{path}/approval", json={})
    clerk = await billing.as_(Role.BILLING_CLERK, subject="ben").post(f"{path}/approval", json={})

    refused = await billing.as_(Role.BILLING_APPROVER).post(f"{path}/refusal", json={"reason": "They will pay"})
    late = await approved(billing, write_off)
    unfit = await recovered(billing, write_off, "1.00")

    assert [code_of(one) for one in (own, auditor, clerk)] == ["own_write_off", "not_permitted", "not_permitted"]
    assert (refused.json()["status"], refused.json()["refused_because"]) == ("refused", "They will pay")
    assert (code_of(late), code_of(unfit)) == ("not_proposed", "not_written_off")
    assert await standing(billing, invoice) == ("open", "1142.40")


@pytest.mark.parametrize(("amount", "code"), [("1142.41", "more_than_open"), ("0.001", "nothing_settled")])
async def test_more_than_is_open_or_a_fraction_is_not_proposed(billing: Billing, amount: str, code: str) -> None:
    invoice = await an_invoice(billing)
    before = await billing.digest()

    answer = await proposed(billing, invoice, amount)

    assert code_of(answer) == code
    assert answer.json()["mend"]
    assert await billing.digest() == before


@pytest.mark.parametrize(
    ("on", "code"), [("2026-04-01", "written_off_in_future"), ("2026-03-30", "written_off_before_issued")]
)
async def test_a_day_ahead_or_before_the_invoice_is_refused_and_nothing_is_kept(
    billing: Billing, on: str, code: str
) -> None:
    write_off = await a_proposal(billing, await an_invoice(billing))
    before = await billing.digest()

    answer = await approved(billing, write_off, on)

    assert (code_of(answer), await billing.digest() == before) == (code, True)


async def test_a_closed_month_takes_no_write_off(billing: Billing) -> None:
    write_off = await a_proposal(billing, await an_invoice(billing))
    await map_accounts(billing)
    await sealed(billing)
    assert (await closed(billing, "2026-03")).is_success

    assert code_of(await approved(billing, write_off)) == "period_closed"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.BILLING_APPROVER, Role.CONSULTANT, Role.ERP])
async def test_only_a_clerk_or_a_controller_proposes(billing: Billing, role: Role) -> None:
    body = {"invoice_id": (await an_invoice(billing))["id"], "amount": "1.00", "reason": "Insolvent"}

    answer = await billing.as_(role).put(f"/write-offs/{new_id()}", json=body)

    assert (answer.status_code, code_of(answer)) == (403, "not_permitted")


async def test_what_was_written_off_is_credited_only_once_it_is_recovered(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    write_off = await written_off(billing, invoice, "1000.00", reclaims_tax=True)
    note = await a_drafted_credit(billing, invoice)
    approver = billing.as_(Role.BILLING_APPROVER, subject="bruno")
    await approver.post(f"/credit-notes/{note['id']}/approval")
    before = await balances(billing, RECEIVABLE, TAX, LOSS)

    refused = await sent(approver, f"/credit-notes/{note['id']}/issue", {})

    assert (refused.status_code, code_of(refused)) == (409, "credits_what_was_given_up")
    assert "1000.00 EUR" in refused.json()["detail"]
    assert await balances(billing, RECEIVABLE, TAX, LOSS) == before
    await recovered(billing, write_off, "999.99")
    assert code_of(await sent(approver, f"/credit-notes/{note['id']}/issue", {})) == "credits_what_was_given_up"
    await recovered(billing, write_off, "0.01")
    assert (await sent(approver, f"/credit-notes/{note['id']}/issue", {})).is_success
    assert await standing(billing, invoice) == ("paid", "0.00")
    assert await balances(billing, RECEIVABLE, TAX, LOSS) == [0, 0, 0]


async def test_what_was_paid_is_credited_beside_a_write_off(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    await a_payment(billing, invoice, "142.40")
    await written_off(billing, invoice, "500.00")

    await an_issued_credit(billing, invoice, lines=[{"position": 1, "minutes": 60}])

    assert await standing(billing, invoice) == ("part_paid", "357.20")


async def test_parts_give_up_the_tax_of_the_whole_and_what_is_refused_counts_for_nothing(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    taxes = []
    for amount in ("0.02", "0.02", "0.02"):  # each by itself has no cent of tax in it
        one = await a_proposal(billing, invoice, amount, reclaims_tax=True)
        taxes.append(one["tax"])
    refused = await a_proposal(billing, invoice, "500.00", reclaims_tax=True)
    await billing.as_(Role.BILLING_APPROVER, subject="bruno").post(
        f"/write-offs/{refused['id']}/refusal", json={"reason": "They pay"}
    )
    rest = await a_proposal(billing, invoice, "1142.34", reclaims_tax=True)

    assert taxes == ["0.00", "0.01", "0.00"]
    assert Decimal(rest["tax"]) + Decimal("0.01") == Decimal("182.40")
