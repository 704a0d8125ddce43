"""Adjusting over HTTP: all that was chosen or nothing, by those who may, and every item tells what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
import pytest

from services.billing.contracts.model import contract_id_of
from shared.actor import Role
from shared.contracts import crm
from shared.contracts.billing import WorkValued
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import (
    CANARY,
    Billing,
    a_draft,
    a_milestone_line,
    a_sale,
    a_sold_line,
    a_time_line,
    a_timesheet,
    an_accepted_milestone,
    an_entry,
    an_issued_invoice,
)

AT = "/work-in-progress"


async def two_days(billing: Billing) -> tuple[UUID, list[str]]:
    """Have two days of 8 hours at 120.00 approved; gives their contract and the items."""
    line = a_time_line()
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id), an_entry(line.line_id)))
    return contract_id, [str(item["id"]) for item in await billing.rows("billable_items")]


async def asked(
    billing: Billing, what: str, items: Sequence[str], role: Role = Role.CONTROLLER, **more: Any
) -> httpx2.Response:
    """Ask for an adjustment."""
    body = {"item_ids": list(items), "reason": "Agreed with the client.", **more}
    return await billing.as_(role).post(f"{AT}/{what}", json=body, headers={"Idempotency-Key": str(new_id())})


async def shown(billing: Billing, item_id: str) -> dict[str, Any]:
    """What an item says of itself."""
    items = (await billing.as_(Role.AUDITOR).get(AT)).json()["items"]
    return next(item for item in items if item["id"] == item_id)


async def test_ten_percent_less_is_billed_with_all_the_hours_and_told(billing: Billing) -> None:
    contract_id, items = await two_days(billing)

    answer = await asked(billing, "adjustments", items, Role.BILLING_CLERK, percent="-10")
    draft = await a_draft(billing, contract_id)

    [line] = draft["lines"]
    assert answer.is_success, answer.text
    assert (line["net"], line["unit_price"], line["minutes"]) == ("1728.00", "108.00", 960)
    [_, told] = await billing.announced(WorkValued)
    assert [entry.value for entry in told.entries] == [Decimal("864.00")] * 2
    [change] = (await billing.as_(Role.AUDITOR).get(f"{AT}/{items[0]}/adjustments")).json()["items"]
    assert (change["kind"], change["amount"], change["reason"]) == ("adjusted", "-96.00", "Agreed with the client.")


async def test_an_amount_is_spread_over_what_was_chosen(billing: Billing) -> None:
    _, items = await two_days(billing)

    await asked(billing, "adjustments", items, amount="-0.01")

    assert sorted([(await shown(billing, item))["value"] for item in items]) == ["959.99", "960.00"]


async def test_what_is_written_off_is_never_billed(billing: Billing) -> None:
    contract_id, items = await two_days(billing)

    await asked(billing, "write-offs", items[:1], Role.BILLING_APPROVER)
    draft = await a_draft(billing, contract_id)

    gone = await shown(billing, items[0])
    assert (gone["state"], gone["value"], gone["minutes"], gone["billable_minutes"]) == ("written_off", "0.00", 480, 0)
    assert draft["net"] == "960.00"


async def test_work_goes_to_another_contract_with_its_hours_and_value(billing: Billing) -> None:
    _, items = await two_days(billing)
    other = a_time_line("90.00")
    other_sale = a_sale(other)
    other_contract = await billing.sold(other_sale)

    answer = await asked(billing, "transfers", items[:1], contract_line_id=str(other.line_id))
    draft = await a_draft(billing, other_contract)

    assert answer.is_success, answer.text
    assert (await shown(billing, items[0]))["state"] == "transferred"
    [line] = draft["lines"]
    assert (line["net"], line["minutes"], line["contract_line_id"]) == ("960.00", 480, str(other.line_id))
    [there] = [item for item in await billing.rows("billable_items") if item["contract_id"] == other_contract]
    assert (str(there["transferred_from"]), there["entry_id"]) == (items[0], None)


async def test_unrated_work_is_valued_where_it_goes(billing: Billing) -> None:
    line, other = a_time_line(), a_time_line("90.00", role="Architect")
    sale, other_sale = a_sale(line), a_sale(other)
    await billing.sold(sale)
    await billing.sold(other_sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 60, staffing_role="Architect")))
    [item] = await billing.rows("billable_items")

    await asked(billing, "transfers", [str(item["id"])], contract_line_id=str(other.line_id))

    values = {row["contract_id"]: row["value"] for row in await billing.rows("billable_items")}
    assert values[contract_id_of(other_sale.opportunity_id)] == Decimal(90)


async def test_a_milestone_stays_on_its_line(billing: Billing) -> None:
    milestone, time = a_milestone_line(), a_time_line()
    sale = a_sale(milestone, time)
    await billing.sold(sale)
    await billing.hear(an_accepted_milestone(sale, milestone.line_id))
    [item] = await billing.rows("billable_items")

    answers = [
        await asked(billing, "transfers", [str(item["id"])], contract_line_id=str(line))
        for line in (time.line_id, milestone.line_id, new_id())
    ]

    assert {code_of(answer) for answer in answers} == {"not_transferable"}


async def test_fees_and_deposits_stay_where_they_are(billing: Billing) -> None:
    retainer, time = a_sold_line(crm.BillingMethod.RETAINER, "6000.00"), a_time_line()
    contract_id = await billing.sold(a_sale(retainer, time))
    clerk, key = billing.as_(Role.BILLING_CLERK), {"Idempotency-Key": str(new_id())}
    await clerk.post(f"/contracts/{contract_id}/retainers", json={})
    await clerk.post(f"/contracts/{contract_id}/deposits", json={"amount": "500.00"}, headers=key)
    items = await billing.rows("billable_items")

    answers = [
        await asked(billing, "transfers", [str(item["id"])], contract_line_id=str(time.line_id)) for item in items
    ]

    assert {item["rule"] for item in items} == {"retainer", "deposit"}
    assert {code_of(answer) for answer in answers} == {"not_transferable"}


async def test_work_goes_neither_to_a_line_in_another_currency_nor_to_its_own(billing: Billing) -> None:
    line, dollars = a_time_line(), a_time_line()
    sale = a_sale(line)
    await billing.sold(sale)
    await billing.sold(a_sale(dollars).model_copy(update={"currency": "USD"}))
    await billing.hear(a_timesheet(sale, an_entry(line.line_id)))
    [item] = await billing.rows("billable_items")

    answers = [
        await asked(billing, "transfers", [str(item["id"])], contract_line_id=str(one.line_id))
        for one in (dollars, line)
    ]

    assert [code_of(answer) for answer in answers] == ["not_transferable"] * 2


async def test_overtime_is_billed_where_it_goes_by_its_amount(billing: Billing) -> None:
    line, other = a_time_line("100.00"), a_time_line("90.00")
    sale = a_sale(line)
    await billing.sold(sale)
    other_contract = await billing.sold(a_sale(other))
    beyond = {
        "kind": "overtime",
        "percent": "25",
        "counted_by": "day",
        "beyond_minutes": 480,
        "starts_on": "2026-01-01",
    }
    await billing.as_(Role.BILLING_CLERK).put(f"/premiums/{new_id()}", json=beyond)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 540)))
    [extra] = [item for item in await billing.rows("billable_items") if item["on_top_of"]]

    await asked(billing, "transfers", [str(extra["id"])], contract_line_id=str(other.line_id))

    [billed] = (await a_draft(billing, other_contract))["lines"]
    assert (billed["minutes"], billed["unit_price"], billed["net"]) == (None, "25.00", "25.00")


@pytest.mark.parametrize("what", ["adjustments", "write-offs", "transfers"])
async def test_what_is_on_a_draft_or_billed_is_left_alone_and_so_is_the_rest(billing: Billing, what: str) -> None:
    contract_id, items = await two_days(billing)
    await asked(billing, "holds", items[:1])
    await an_issued_invoice(billing, contract_id)
    other = a_time_line()
    await billing.sold(a_sale(other))
    more: dict[str, dict[str, Any]] = {
        "adjustments": {"percent": "5"},
        "transfers": {"contract_line_id": str(other.line_id)},
    }
    before = await billing.digest(without={"idempotency"})

    answer = await asked(billing, what, items, **more.get(what, {}))

    assert (answer.status_code, code_of(answer)) == (409, "not_waiting")
    assert await billing.digest(without={"idempotency"}) == before


@pytest.mark.parametrize("what", ["adjustments", "write-offs", "transfers", "holds", "releases"])
@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.AUDITOR])
async def test_who_may_not_is_refused(billing: Billing, what: str, role: Role) -> None:
    _, items = await two_days(billing)
    more: dict[str, dict[str, Any]] = {
        "adjustments": {"percent": "5"},
        "transfers": {"contract_line_id": str(new_id())},
    }

    answer = await asked(billing, what, items, role, **more.get(what, {}))

    assert (answer.status_code, code_of(answer)) == (403, "not_permitted")


async def test_a_clerk_does_not_write_off(billing: Billing) -> None:
    _, items = await two_days(billing)

    assert code_of(await asked(billing, "write-offs", items, Role.BILLING_CLERK)) == "not_permitted"


async def test_another_tenants_items_are_not_there(billing: Billing) -> None:
    _, items = await two_days(billing)
    stranger = billing.as_(Role.CONTROLLER, tenant=CANARY)
    body = {"item_ids": items, "reason": "Ours?"}

    answer = await stranger.post(f"{AT}/write-offs", json=body, headers={"Idempotency-Key": str(new_id())})

    assert (answer.status_code, code_of(answer)) == (404, "no_such_item")


async def test_many_are_held_at_once_or_none(billing: Billing) -> None:
    _, items = await two_days(billing)

    held = await asked(billing, "holds", items)
    again = await asked(billing, "holds", items[:1])
    released = await asked(billing, "releases", items)

    assert (held.status_code, released.status_code, code_of(again)) == (204, 204, "not_open")
    assert (await shown(billing, items[0]))["state"] == "open"
