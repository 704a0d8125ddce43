"""Whatever is done to work in whatever order, its minutes and its money are conserved, down to the ledger."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.billing.premiums.actions import agree_premium
from services.billing.service import service
from shared.actor import Role
from shared.clock import wall_clock
from shared.ids import new_id
from shared.jobs import Runner
from tests.support.billing import (
    Billing,
    a_correction,
    a_legal_entity,
    a_reversal,
    a_sale,
    a_time_line,
    a_timesheet,
    an_entry,
)
from tests.support.conserved import BEYOND_EIGHT, LAWS, Firm

ANNA = UUID(int=11)
WHY = {"reason": "Agreed."}


async def worked(firm: Firm, number: int) -> None:
    sale = firm.sales[number % 2]
    entry = an_entry(sale.lines[0].line_id, 10 + number % 471, day=date(2026, 3, 2 + number % 28))
    firm.approved.append((sale, entry))
    await firm.hear(a_timesheet(sale, entry))


async def worked_late(firm: Firm, number: int) -> None:
    """Work beyond eight hours, on a day on which there may be more."""
    sale = firm.sales[number % 2]
    entry = an_entry(sale.lines[0].line_id, 481 + number % 241, day=date(2026, 3, 2 + number % 28))
    firm.approved.append((sale, entry))
    await firm.hear(a_timesheet(sale, entry))


async def corrected(firm: Firm, number: int) -> None:
    known = {entry.corrects_entry_id for _, entry in firm.approved}
    left = [(sale, one) for sale, one in firm.approved if one.minutes > 0 and one.entry_id not in known]
    if left:
        sale, wrong = left[number % len(left)]
        firm.approved.append((sale, a_reversal(wrong)))
        await firm.hear(a_correction(sale, firm.approved[-1][1]))


async def drafted(firm: Firm, number: int) -> None:
    """Put what is open up to some day on a draft."""
    body = {"contract_id": str(firm.contracts[number % 2]), "up_to": f"2026-03-{1 + number % 31:02}"}
    await firm.ask("POST", "/invoices/drafts", body)


async def discarded(firm: Firm, number: int) -> None:
    draft = await firm.pick("invoices", number, status="draft")
    if draft:
        await firm.ask("POST", f"/invoices/{draft['id']}/discard", WHY)


async def issued(firm: Firm, number: int) -> None:
    await drafted(firm, number)
    draft = await firm.pick("invoices", number, status="draft")
    if draft:
        await firm.ask("POST", f"/invoices/{draft['id']}/approval", {}, Role.BILLING_APPROVER)
        await firm.ask("POST", f"/invoices/{draft['id']}/issue", {}, Role.BILLING_APPROVER)


async def credited(firm: Firm, number: int) -> None:
    """Credit all that is left of an invoice, or some minutes of its first line."""
    invoice = await firm.pick("issued_invoices", number)
    if invoice:
        part = {"lines": [{"position": 1, "minutes": 1 + number % 120}]} if number % 3 else {}
        body = {"invoice_id": str(invoice["id"]), "reason": "Wrong month", **part}
        note = await firm.ask("POST", "/credit-notes/drafts", body)
        if note and number % 5:
            await firm.ask("POST", f"/credit-notes/{note['id']}/approval", {}, Role.BILLING_APPROVER)
            await firm.ask("POST", f"/credit-notes/{note['id']}/issue", {}, Role.BILLING_APPROVER)


async def held(firm: Firm, number: int) -> None:
    await _to_an_item(firm, number, "holds" if number % 2 else "releases")


async def marked(firm: Firm, number: int) -> None:
    await _to_an_item(firm, number, "adjustments", percent=str(number % 201 - 100))


async def written_off(firm: Firm, number: int) -> None:
    await _to_an_item(firm, number, "write-offs", Role.BILLING_APPROVER)


async def transferred(firm: Firm, number: int) -> None:
    """Move an item to the line of the other contract."""
    await _to_an_item(firm, number, "transfers", contract_line_id=str(firm.sales[number % 2].lines[0].line_id))


async def re_rated(firm: Firm, number: int) -> None:
    """Agree what Anna's hour costs on some days of a contract, and re-rate by it."""
    starts_on = 1 + number % 25
    rate = {
        "scope": "contract_person",
        "contract_id": str(firm.contracts[number % 2]),
        "person_id": str(ANNA),
        "hourly_rate": f"{90 + number % 70}.37",
        "currency": "EUR",
        "starts_on": f"2026-03-{starts_on:02}",
        "ends_before": f"2026-03-{starts_on + 6:02}",
        "gap_is_meant": True,
    }
    await firm.ask("PUT", f"/rates/{new_id()}", rate)
    if await firm.ask("PUT", f"/re-ratings/{new_id()}", WHY):
        runner = Runner(firm.billing.database, service.jobs, wall_clock)
        while await runner.step():
            pass


async def _to_an_item(firm: Firm, number: int, what: str, role: Role = Role.BILLING_CLERK, **said: Any) -> None:
    item = await firm.pick("billable_items", number)
    if item:
        await firm.ask("POST", f"/work-in-progress/{what}", {"item_ids": [str(item["id"])], **WHY, **said}, role)


Step = Callable[[Firm, int], Awaitable[None]]
DEEDS: tuple[Step, ...] = (
    *(worked, worked_late, corrected, drafted, discarded, issued, credited),
    *(held, marked, written_off, transferred, re_rated),
)
STEPS = st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 9999)), min_size=3, max_size=12)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_minutes_and_money_are_conserved_down_to_the_ledger(
    bare_billing: Billing, steps: list[tuple[Step, int]]
) -> None:
    firm = await a_firm(bare_billing)
    for number in (480, 225, 3):
        await worked(firm, number)
    for deed, number in steps:
        await deed(firm, number)

    for law in LAWS:
        await law(firm)


async def test_each_deed_leaves_its_trace(bare_billing: Billing) -> None:
    firm = await a_firm(bare_billing)
    # Enough work on the second contract that something is left whatever is picked.
    for number in (29, 57, 85, 113, 141, 169, 197):
        await worked(firm, number)
    for number in (57, 57 + 28):
        await worked_late(firm, number)
    await corrected(firm, 1)
    for deed, number in ((held, 1), (marked, 150), (transferred, 2), (re_rated, 51), (written_off, 0)):
        await deed(firm, number)
    for deed, number in ((drafted, 29), (discarded, 0), (issued, 29), (credited, 1), (issued, 29), (credited, 3)):
        await deed(firm, number)

    kinds = {row["kind"] for row in await firm.rows("work_adjustments")}
    assert kinds == {"adjusted", "transferred", "re_rated", "written_off"}
    assert any(row["held_because"] for row in await firm.rows("billable_items"))
    assert {row["status"] for row in await firm.rows("invoices")} == {"discarded", "issued"}
    assert {row["kind"] for row in await firm.rows("allocations")} == {"taken", "freed"}
    assert await firm.rows("issued_credit_notes")
    for law in LAWS:
        await law(firm)


async def a_firm(billing: Billing) -> Firm:
    """Set up a new tenant that sold two contracts by the hour."""
    tenant = new_id()
    await a_legal_entity(billing, tenant=tenant)
    sales = [a_sale(a_time_line(rate)) for rate in ("120.00", "95.55")]
    firm = Firm(billing, tenant, sales, [await billing.sold(sale, tenant=tenant) for sale in sales])
    async with billing.work(tenant=tenant) as work:
        await agree_premium(work, BEYOND_EIGHT)
    return firm
