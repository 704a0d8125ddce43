"""Drafting many contracts costs as many statements as drafting one, and many entries as many as few."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from services.billing.billing_runs import actions
from services.billing.billing_runs.actions import prepare_run, review_pre_bills, start_run
from services.billing.billing_runs.model import Choice
from services.billing.billing_runs.queries import pre_bills_of
from services.billing.invoices.actions import approve_invoices, issue_invoices
from services.billing.invoices.actions.preparing import draft_invoices
from services.billing.invoices.model.selection import Selection
from shared.actor import Role
from shared.clock import wall_clock
from shared.ids import new_id
from shared.jobs import Runner
from tests.support.billing import Billing, a_sale, a_time_line, a_timesheet, an_entry, an_issued_invoice
from tests.support.ledger import map_accounts, sealed
from tests.support.statements import statements

UP_TO = date(2026, 3, 31)


async def paid_in_advance(billing: Billing) -> UUID:
    """Have a contract of another customer whose deposit was invoiced, and on which a day waits."""
    line = a_time_line("120.00")
    sale = a_sale(line).model_copy(update={"deposit": Decimal(500)})
    contract_id = await billing.sold(sale)
    key = {"Idempotency-Key": str(new_id())}
    await billing.as_(Role.BILLING_CLERK).post(f"/contracts/{contract_id}/deposits", json={}, headers=key)
    await an_issued_invoice(billing, contract_id)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 480)))
    return contract_id


async def statements_to_draft(billing: Billing, contract_ids: list[UUID]) -> int:
    """How many statements it takes to draft contracts at once."""
    with statements(billing.database) as seen:
        async with billing.work() as work:
            assert len(await draft_invoices(work, contract_ids, Selection(UP_TO))) == len(contract_ids)
    return len(seen)


async def started(billing: Billing, contract_ids: list[UUID]) -> UUID:
    """Have a run of contracts reviewed and started; gives its id."""
    run_id = new_id()
    async with billing.work() as work:
        await prepare_run(work, run_id, Choice(UP_TO))
    async with billing.work(Role.PROJECT_MANAGER) as work:
        await review_pre_bills(work, run_id, contract_ids, note="")
    async with billing.work() as work:
        await start_run(work, run_id, most_invoices=100, most_net=Decimal(100_000))
    return run_id


async def steps(billing: Billing) -> int:
    """Let runs take their course; how many steps that took."""
    runner, count = Runner(billing.database, (actions.RUN,), wall_clock), 0
    while await runner.step():
        count += 1
    return count


async def statements_to_bill(billing: Billing, contract_ids: list[UUID]) -> int:
    """How many statements it takes from open work to issued invoices and their batch."""
    with statements(billing.database) as seen:
        run_id = await started(billing, contract_ids)
        await steps(billing)
        async with billing.work() as work:
            drafts = [bill.invoice_id for bill in (await pre_bills_of(work, run_id, cursor=None, limit=50)).items]
        assert None not in drafts
        async with billing.work(Role.BILLING_APPROVER, subject="bruno") as work:
            await approve_invoices(work, drafts)
            assert not (await issue_invoices(work, drafts)).refused
        await sealed(billing)
    return len(seen)


async def test_drafting_many_contracts_takes_as_many_statements_as_one(billing: Billing) -> None:
    first, *others = [await paid_in_advance(billing) for _ in range(4)]

    assert await statements_to_draft(billing, [first]) == await statements_to_draft(billing, others)

    drawn = [item["value"] for item in await billing.rows("billable_items") if item["rule"] == "drawdown"]
    assert drawn == [Decimal(-500)] * 4


async def test_billing_many_entries_takes_as_many_statements_as_few(billing: Billing) -> None:
    await map_accounts(billing)
    lines = [a_time_line("120.00") for _ in range(2)]
    sales = [a_sale(line) for line in lines]
    contracts = [await billing.sold(sale) for sale in sales]
    taken = []
    for entries in (1, 1, 30):  # the first run finds nothing known yet
        for sale, line in zip(sales, lines, strict=True):
            await billing.hear(a_timesheet(sale, *(an_entry(line.line_id, 15) for _ in range(entries))))
        taken.append(await statements_to_bill(billing, contracts))

    assert taken[2] == taken[1]


async def test_a_step_drafts_no_more_than_takes_seconds(billing: Billing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "ITEMS_AT_ONCE", 4)
    contracts = []
    for _ in range(4):
        line = a_time_line("120.00")
        sale = a_sale(line)
        contracts.append(await billing.sold(sale))
        await billing.hear(a_timesheet(sale, *(an_entry(line.line_id, 60) for _ in range(3))))
    await started(billing, contracts)

    assert await steps(billing) == 3  # two contracts, two contracts, nothing left

    assert len(await billing.rows("invoices")) == 4
