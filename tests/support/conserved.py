"""A firm whose work goes through everything, and the laws by which its minutes and its money are conserved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2

from services.billing.premiums.model import CountedBy, Premium, PremiumKind, Time, overtime
from services.billing.rates.model import on_top, value_of
from shared.actor import Role
from shared.contracts import crm, delivery
from shared.ids import new_id
from shared.money import Money
from shared.period import Period
from tests.support.billing import Billing
from tests.support.ledger import MARCH

BEYOND_EIGHT = Premium(
    UUID(int=8),
    PremiumKind.OVERTIME,
    Decimal(25),
    Period(date(2026, 1, 1)),
    counted_by=CountedBy.DAY,
    beyond_minutes=480,
)


@dataclass
class Firm:
    """A tenant with two contracts by the hour, dearer beyond eight hours a day, and what delivery approved there."""

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

    def beyond(self) -> dict[UUID, int]:
        """The minutes of each entry that are overtime, by the model."""
        found: dict[UUID, int] = {}
        for sale, contract_id in zip(self.sales, self.contracts, strict=True):
            entries = [entry for of, entry in self.approved if of is sale]
            gone = {entry.corrects_entry_id for entry in entries}
            stands = [one for one in entries if one.corrects_entry_id is None and one.entry_id not in gone]
            times = [Time(one.entry_id, one.day, one.minutes, one.minutes) for one in stands]
            late = overtime(times, [BEYOND_EIGHT], contract_id=contract_id, customer_id=sale.account.account_id)
            found |= {entry_id: minutes for (entry_id, _), minutes in late.items()}
        return found


async def no_minute_is_lost(firm: Firm) -> None:
    """Every approved minute waits, is on an invoice or a draft, or was written off, wherever it was transferred."""
    items = {row["id"]: row for row in await firm.rows("billable_items")}
    left: dict[Any, int] = defaultdict(int)
    for row in items.values():
        if row["overtime_minutes"] is None:
            left[items[row["transferred_from"] or row["id"]]["entry_id"]] += row["billable_minutes"]
        else:
            assert not row["minutes"] and not row["billable_minutes"]
    for row in await firm.rows("work_adjustments"):
        if row["kind"] == "written_off" and items[row["item_id"]]["overtime_minutes"] is None:
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
        if row["transferred_from"] is None and row["on_top_of"] is None:
            at_first = (rate_at_first[one] * row["minutes"] / 60).quantize(Decimal("0.01"), "ROUND_HALF_UP")
            assert row["value"] - changed[one] == at_first
    moved = sum(row["amount"] for row in await firm.rows("work_adjustments") if row["kind"] == "transferred")
    came = sum(row["value"] - changed[one] for one, row in items.items() if row["transferred_from"] is not None)
    assert moved + came == 0


async def overtime_is_what_is_beyond(firm: Firm) -> None:
    """All that was billed on top of an entry is its time beyond, at what an hour of it is dearer by now."""
    items = {row["id"]: row for row in await firm.rows("billable_items")}
    extras = [row for row in items.values() if row["on_top_of"] is not None]
    minutes: dict[UUID, int] = defaultdict(int)
    value: dict[UUID, Decimal] = defaultdict(Decimal)
    for row in extras:
        minutes[row["on_top_of"]] += row["overtime_minutes"]
        value[row["on_top_of"]] += row["value"]
    for row in await firm.rows("work_adjustments"):
        if items[row["item_id"]]["on_top_of"] is not None:
            value[items[row["item_id"]]["on_top_of"]] -= row["amount"]
    assert {items[one]["entry_id"]: late for one, late in minutes.items() if late} == firm.beyond()
    for one, late in minutes.items():
        dearer = on_top(Money(items[one]["rate"], "EUR"), None, BEYOND_EIGHT.percent)
        assert value[one] == value_of(dearer, late).amount


async def re_rated_in_order(firm: Firm) -> list[dict[str, Any]]:
    """What was re-rated, as it happened."""
    began = {row["id"]: row["started_at"] for row in await firm.rows("re_ratings")}
    turns = {(row["adjustment_id"], row["item_id"]): row["turn"] for row in await firm.rows("work_adjustments")}
    found = [row for row in await firm.rows("re_rated_items") if row["to_rule"] != "overtime"]
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
        assert abs(minutes[one]) <= abs(row["billable_minutes"] or 0)
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


LAWS = (
    *(no_minute_is_lost, no_cent_is_lost, overtime_is_what_is_beyond),
    *(the_documents_say_what_the_items_say, the_ledger_says_what_the_items_say),
)
