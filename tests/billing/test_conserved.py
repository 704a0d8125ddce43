"""Whatever is done to work in whatever order, its minutes and its money are conserved, down to the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.billing.service import service
from shared.actor import Role
from shared.clock import wall_clock
from shared.contracts import crm, delivery
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
from tests.support.ledger import MARCH

Row = Mapping[str, Any]
ANNA = UUID(int=11)
WHY = {"reason": "Agreed."}


@dataclass
class Firm:
    """A tenant with two contracts by the hour, and what delivery approved there."""

    billing: Billing
    tenant: UUID
    sales: list[crm.OpportunityClosedWon]
    contracts: list[UUID]
    approved: list[tuple[crm.OpportunityClosedWon, delivery.ApprovedEntry]] = field(default_factory=list)

    async def ask(self, method: str, path: str, body: Mapping[str, Any], role: Role = Role.BILLING_CLERK) -> Any:
        """Do something, or be refused; nothing may break."""
        key = {"Idempotency-Key": str(new_id())}
        client = self.billing.as_(role, tenant=self.tenant, subject=role.value)
        answer: httpx2.Response = await client.request(method, path, json=dict(body), headers=key)
        assert answer.status_code < 500, answer.text
        return answer.json() if answer.is_success and answer.content else None

    async def rows(self, table: str) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.billing.rows(table, tenant=self.tenant)]

    async def hear(self, event: Any) -> None:
        await self.billing.hear(event, tenant=self.tenant)

    async def pick(self, table: str, number: int, **wanted: Any) -> dict[str, Any] | None:
        """One of the rows of a table, if there are any."""
        found = [row for row in await self.rows(table) if all(row[name] == value for name, value in wanted.items())]
        return found[number % len(found)] if found else None


async def worked(firm: Firm, number: int) -> None:
    sale = firm.sales[number % 2]
    entry = an_entry(sale.lines[0].line_id, 10 + number % 471, day=date(2026, 3, 2 + number % 28))
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
    *(worked, corrected, drafted, discarded, issued, credited),
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
    return Firm(billing, tenant, sales, [await billing.sold(sale, tenant=tenant) for sale in sales])


async def no_minute_is_lost(firm: Firm) -> None:
    """Every approved minute waits, is on an invoice or a draft, or was written off, wherever it was transferred."""
    items = {row["id"]: row for row in await firm.rows("billable_items")}
    left: dict[Any, int] = defaultdict(int)
    for row in items.values():
        left[items[row["transferred_from"] or row["id"]]["entry_id"]] += row["billable_minutes"]
    for row in await firm.rows("work_adjustments"):
        if row["kind"] == "written_off":
            item = items[row["item_id"]]
            left[items[item["transferred_from"] or item["id"]]["entry_id"]] -= row["minutes"]
    assert dict(left) == {entry.entry_id: entry.minutes for _, entry in firm.approved}


async def no_cent_is_lost(firm: Firm) -> None:
    """What work was worth at first, and every change of it, is what is open and what was taken of it."""
    items = {row["id"]: row for row in await firm.rows("billable_items")}
    changed: dict[UUID, Decimal] = defaultdict(Decimal)
    rate_at_first = {one: row["rate"] for one, row in items.items()}
    for row in await firm.rows("work_adjustments"):
        changed[row["item_id"]] += row["amount"]
    for row in reversed(await re_rated_in_order(firm)):
        rate_at_first[row["item_id"]] = row["from_rate"]
    for one, row in items.items():
        if row["transferred_from"] is None:
            at_first = (rate_at_first[one] * row["minutes"] / 60).quantize(Decimal("0.01"), "ROUND_HALF_UP")
            assert row["value"] - changed[one] == at_first
    moved = sum(row["amount"] for row in await firm.rows("work_adjustments") if row["kind"] == "transferred")
    came = sum(row["value"] - changed[one] for one, row in items.items() if row["transferred_from"] is not None)
    assert moved + came == 0


async def re_rated_in_order(firm: Firm) -> list[dict[str, Any]]:
    """What was re-rated, as it happened."""
    began = {row["id"]: row["started_at"] for row in await firm.rows("re_ratings")}
    turns = {(row["adjustment_id"], row["item_id"]): row["turn"] for row in await firm.rows("work_adjustments")}
    found = await firm.rows("re_rated_items")
    assert began.keys() >= {row["re_rating_id"] for row in found}
    return sorted(found, key=lambda row: turns[row["re_rating_id"], row["item_id"]])


async def the_documents_say_what_the_items_say(firm: Firm) -> None:
    """What is taken of items is what invoices claim less what credit notes gave back; never more than there is."""
    items = {row["id"]: row for row in await firm.rows("billable_items")}
    taken: dict[UUID, Decimal] = defaultdict(Decimal)
    minutes: dict[UUID, int] = defaultdict(int)
    for row in await firm.rows("allocations"):
        taken[row["item_id"]] += row["amount"]
        minutes[row["item_id"]] += row["minutes"]
    for one, row in items.items():
        assert taken[one] * row["value"] >= 0
        assert abs(taken[one]) <= abs(row["value"])
        assert abs(minutes[one]) <= abs(row["billable_minutes"])
    standing = {row["id"] for row in await firm.rows("invoices") if row["status"] != "discarded"}
    claimed = sum(row["net"] for row in await firm.rows("invoice_lines") if row["invoice_id"] in standing)
    assert sum(taken.values()) == claimed - sum(row["net"] for row in await credits_issued(firm))


async def the_ledger_says_what_the_items_say(firm: Firm) -> None:
    """Once all is recognised, revenue is what all work is worth, and the net position what of it is on no invoice."""
    await firm.ask("POST", "/recognition-runs", {"legal_entity": "MER", "period": MARCH}, Role.CONTROLLER)
    issued = {row["id"] for row in await firm.rows("issued_invoices")}
    billed: dict[UUID, Decimal] = defaultdict(Decimal)
    for row in await firm.rows("invoice_lines"):
        billed[row["contract_id"]] += row["net"] if row["invoice_id"] in issued else 0
    for row in await credits_issued(firm):
        billed[row["contract_id"]] -= row["net"]
    lines = await firm.rows("journal_lines")
    for contract_id in firm.contracts:
        worth = sum(
            (row["value"] for row in await firm.rows("billable_items") if row["contract_id"] == contract_id), Decimal()
        )
        of = [row for row in lines if row["contract_id"] == contract_id]
        revenue = -sum((row["amount"] for row in of if row["role"] == "revenue"), Decimal())
        position = sum(
            (row["amount"] for row in of if row["role"] in ("contract_asset", "contract_liability")), Decimal()
        )
        assert (revenue, position) == (worth, worth - billed[contract_id])


async def credits_issued(firm: Firm) -> list[dict[str, Any]]:
    """The lines of the credit notes that were issued."""
    issued = {row["id"] for row in await firm.rows("issued_credit_notes")}
    return [row for row in await firm.rows("credit_note_lines") if row["credit_note_id"] in issued]


LAWS = (no_minute_is_lost, no_cent_is_lost, the_documents_say_what_the_items_say, the_ledger_says_what_the_items_say)
