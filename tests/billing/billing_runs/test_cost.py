"""Drafting many contracts costs as many statements as drafting one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import event

from services.billing.invoices.actions.preparing import draft_invoices
from services.billing.invoices.model.selection import Selection
from shared.actor import Role
from shared.ids import new_id
from tests.support.billing import Billing, a_sale, a_time_line, a_timesheet, an_entry, an_issued_invoice

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
    seen: list[str] = []

    def note(*said: object) -> None:
        seen.append(str(said[2]))

    engine = billing.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        async with billing.work() as work:
            assert len(await draft_invoices(work, contract_ids, Selection(UP_TO))) == len(contract_ids)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


async def test_drafting_many_contracts_takes_as_many_statements_as_one(billing: Billing) -> None:
    first, *others = [await paid_in_advance(billing) for _ in range(4)]

    assert await statements_to_draft(billing, [first]) == await statements_to_draft(billing, others)

    drawn = [item["value"] for item in await billing.rows("billable_items") if item["rule"] == "drawdown"]
    assert drawn == [Decimal(-500)] * 4
