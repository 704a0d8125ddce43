"""A billing run over HTTP: prepared, looked through, reviewed, then drafted step by step, nothing twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
import pytest

from services.billing.service import service
from shared.actor import Role
from shared.clock import wall_clock
from shared.ids import new_id
from shared.jobs import Runner
from tests.support.api import code_of
from tests.support.billing import (
    CANARY,
    MONTH_END,
    Billing,
    a_person_known,
    a_sale,
    a_time_line,
    a_timesheet,
    an_account,
    an_entry,
)

UP_TO = {"up_to": MONTH_END.isoformat()}
ENOUGH = {"most_invoices": 10, "most_net": "100000"}


async def worked(billing: Billing, *days: int, account: Any = None, **sold: Any) -> UUID:
    """Have a contract on which some days of 8 hours at 120.00 wait."""
    line = a_time_line()
    sale = a_sale(line, account=account, **sold)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, *(an_entry(line.line_id, minutes) for minutes in days)))
    return contract_id


async def prepared(billing: Billing, run_id: UUID | None = None, **different: Any) -> dict[str, Any]:
    """Prepare a run of everything up to the end of March."""
    body = {**UP_TO, **different}
    answer = await billing.as_(Role.BILLING_CLERK).put(f"/billing-runs/{run_id or new_id()}", json=body)
    assert answer.is_success, answer.text
    return dict(answer.json())


async def pre_bills(billing: Billing, run: dict[str, Any]) -> list[dict[str, Any]]:
    """What the run makes of each contract."""
    return list((await billing.as_(Role.AUDITOR).get(f"/billing-runs/{run['id']}/pre-bills")).json()["items"])


async def reviewed(billing: Billing, run: dict[str, Any], *contracts: UUID) -> httpx2.Response:
    """Let a project manager review pre-bills."""
    body = {"contract_ids": [str(each) for each in contracts], "note": "Looks right."}
    return await billing.as_(Role.PROJECT_MANAGER).post(f"/billing-runs/{run['id']}/reviews", json=body)


async def started(
    billing: Billing, run: dict[str, Any], role: Role = Role.BILLING_CLERK, **limits: Any
) -> httpx2.Response:
    """Start a run."""
    key = {"Idempotency-Key": str(new_id())}
    return await billing.as_(role).post(f"/billing-runs/{run['id']}/start", json={**ENOUGH, **limits}, headers=key)


async def done(billing: Billing, run: dict[str, Any]) -> dict[str, Any]:
    """Let the run take its course."""
    runner = Runner(billing.database, service.jobs, wall_clock)
    while await runner.step():
        pass
    return dict((await billing.as_(Role.AUDITOR).get(f"/billing-runs/{run['id']}")).json())


async def test_what_was_reviewed_is_drafted_once_and_only_once(billing: Billing) -> None:
    first, second = await worked(billing, 480, 480), await worked(billing, 60)
    run = await prepared(billing)
    await reviewed(billing, run, first, second)

    begun = await started(billing, run)
    ended = await done(billing, run)
    again = await started(billing, run)

    assert begun.is_success, begun.text
    assert (ended["status"], ended["done"], ended["total"]) == ("done", 2, 2)
    assert code_of(again) == "run_started_already"
    invoices = await billing.rows("invoices")
    assert {invoice["contract_id"] for invoice in invoices} == {first, second}
    taxes = [tax["net"] for tax in await billing.rows("invoice_taxes")]
    assert sorted(taxes) == [Decimal(120), Decimal(1920)]
    assert sum(row["amount"] for row in await billing.rows("allocations")) == Decimal(2040)
    assert {bill["status"] for bill in await pre_bills(billing, run)} == {"drafted"}


async def test_a_second_run_over_the_same_work_drafts_nothing(billing: Billing) -> None:
    contract_id = await worked(billing, 480)
    runs = [await prepared(billing), await prepared(billing)]
    for run in runs:
        await reviewed(billing, run, contract_id)
        await started(billing, run)

    for run in runs:
        await done(billing, run)

    assert len(await billing.rows("invoices")) == 1
    assert sorted([(await pre_bills(billing, run))[0]["status"] for run in runs]) == ["drafted", "nothing_left"]


async def test_what_needs_a_look_comes_first_and_says_why(billing: Billing) -> None:
    line = a_time_line()
    odd = a_sale(line, purchase_order=None)
    await worked(billing, 60)
    odd_contract = await billing.sold(odd)
    await billing.hear(a_timesheet(odd, an_entry(line.line_id), an_entry(line.line_id, 30, staffing_role="Architect")))

    shown = await pre_bills(billing, await prepared(billing))

    assert [bill["contract_id"] == str(odd_contract) for bill in shown] == [True, False]
    assert (shown[0]["unrated"], shown[0]["purchase_order"], shown[0]["net"]) == (1, None, "960.00")
    assert shown[1]["is_clear"]


async def test_a_run_is_not_started_before_every_pre_bill_was_reviewed_or_left_out(billing: Billing) -> None:
    first, second = await worked(billing, 480), await worked(billing, 60)
    run = await prepared(billing)
    await reviewed(billing, run, first)

    refused = await started(billing, run)
    body = {"contract_ids": [str(second)], "reason": "Next month."}
    await billing.as_(Role.PROJECT_MANAGER).post(f"/billing-runs/{run['id']}/exclusions", json=body)
    await started(billing, run)
    await done(billing, run)

    assert (refused.status_code, code_of(refused)) == (409, "not_reviewed_yet")
    assert [invoice["contract_id"] for invoice in await billing.rows("invoices")] == [first]


@pytest.mark.parametrize("limits", [{"most_invoices": 1}, {"most_net": "1079.99"}])
async def test_more_than_was_confirmed_is_not_drafted(billing: Billing, limits: dict[str, Any]) -> None:
    contracts = [await worked(billing, 480), await worked(billing, 60)]
    run = await prepared(billing)
    await reviewed(billing, run, *contracts)

    answer = await started(billing, run, **limits)

    assert (answer.status_code, code_of(answer)) == (409, "too_much_for_one_run")
    assert not await billing.rows("invoices")


async def test_the_manager_marks_down_before_the_draft(billing: Billing) -> None:
    contract_id = await worked(billing, 480)
    run = await prepared(billing)
    [item] = await billing.rows("billable_items")
    marks = {"item_ids": [str(item["id"])], "percent": "-25", "reason": "Training on the job."}
    manager = billing.as_(Role.PROJECT_MANAGER)
    await manager.post("/work-in-progress/adjustments", json=marks, headers={"Idempotency-Key": str(new_id())})

    await reviewed(billing, run, contract_id)
    await started(billing, run)
    await done(billing, run)

    assert [tax["net"] for tax in await billing.rows("invoice_taxes")] == [Decimal(720)]


async def test_lines_are_grouped_and_worded_as_the_run_says(billing: Billing) -> None:
    contract_id = await worked(billing, 480, 480)
    await billing.hear(a_person_known("anna", UUID(int=11)))
    run = await prepared(billing, grouping="person", wording="{person}, {from} to {to} ({purchase_order})")
    await reviewed(billing, run, contract_id)
    await started(billing, run)
    await done(billing, run)

    [line] = await billing.rows("invoice_lines")
    assert (line["description"], line["minutes"]) == ("Anna Berg, 2026-03-02 to 2026-03-02 (PO-7781)", 960)


async def test_a_run_is_narrowed_to_a_customer_and_a_method(billing: Billing) -> None:
    account = an_account(name="Borealis SA")
    wanted = await worked(billing, 480, account=account)
    await worked(billing, 480)

    run = await prepared(billing, customer_id=str(account.account_id), method="time_and_materials")
    clerk = billing.as_(Role.BILLING_CLERK)
    nothing = await clerk.put(f"/billing-runs/{new_id()}", json={**UP_TO, "method": "fixed_fee_milestone"})

    assert [bill["contract_id"] for bill in await pre_bills(billing, run)] == [str(wanted)]
    assert code_of(nothing) == "nothing_to_run"


async def test_the_same_run_is_prepared_once(billing: Billing) -> None:
    await worked(billing, 480)
    run = await prepared(billing)

    again = await prepared(billing, UUID(run["id"]))
    answer = await billing.as_(Role.BILLING_CLERK).put(f"/billing-runs/{run['id']}", json={**UP_TO, "grouping": "line"})

    assert again["prepared_at"] == run["prepared_at"]
    assert code_of(answer) == "already_exists"


@pytest.mark.parametrize("wording", ["{salary}", "{line"])
async def test_a_wording_says_only_what_is_known(billing: Billing, wording: str) -> None:
    await worked(billing, 480)
    body = {**UP_TO, "wording": wording}

    answer = await billing.as_(Role.BILLING_CLERK).put(f"/billing-runs/{new_id()}", json=body)

    assert (answer.status_code, code_of(answer)) == (422, "unknown_placeholder")


async def test_who_may_not_prepare_review_or_start_is_refused_and_strangers_see_nothing(billing: Billing) -> None:
    contract_id = await worked(billing, 480)
    run = await prepared(billing)
    stranger = billing.as_(Role.BILLING_CLERK, tenant=CANARY)

    prepare = await billing.as_(Role.AUDITOR).put(f"/billing-runs/{new_id()}", json=UP_TO)
    body = {"contract_ids": [str(contract_id)]}
    review = await billing.as_(Role.BILLING_CLERK).post(f"/billing-runs/{run['id']}/reviews", json=body)
    start = await started(billing, run, Role.PROJECT_MANAGER)

    assert {code_of(answer) for answer in (prepare, review, start)} == {"not_permitted"}
    assert code_of(await stranger.get(f"/billing-runs/{run['id']}")) == "no_such_billing_run"
