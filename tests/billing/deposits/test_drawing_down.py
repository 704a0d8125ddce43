"""A deposit is invoiced before the work and drawn down on what follows, never more than was paid in advance."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.billing.deposits.model import drawdown
from shared.actor import Role
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import (
    Billing,
    Made,
    a_draft,
    a_sale,
    a_time_line,
    a_timesheet,
    an_entry,
    an_issued_invoice,
)


async def asked(billing: Billing, contract_id: UUID, role: Role = Role.BILLING_CLERK, **body: str) -> object:
    headers = {"Idempotency-Key": str(new_id())}
    return await billing.as_(role).post(f"/contracts/{contract_id}/deposits", json=body, headers=headers)


async def the_deposit(billing: Billing, contract_id: UUID) -> Made:
    return dict((await billing.as_(Role.AUDITOR).get(f"/contracts/{contract_id}/deposits")).json())


async def balances(billing: Billing) -> dict[str, Decimal]:
    """Give what stands on each account but for nothing."""
    sums: dict[str, Decimal] = {}
    for line in await billing.rows("journal_lines"):
        sums[str(line["role"])] = sums.get(str(line["role"]), Decimal()) + line["amount"]
    return {role: amount for role, amount in sums.items() if amount}


async def test_a_deposit_is_a_liability_that_later_invoices_draw_down(billing: Billing) -> None:
    line = a_time_line("100.00")
    sale = a_sale(line).model_copy(update={"deposit": Decimal(1000)})
    contract_id = await billing.sold(sale)

    await asked(billing, contract_id)
    deposit = await an_issued_invoice(billing, contract_id)
    assert (deposit["net"], [one["contract_line_id"] for one in deposit["lines"]]) == ("1000.00", [None])
    assert (await balances(billing))["contract_liability"] == Decimal(-1000)

    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 8 * 60)))
    first = await an_issued_invoice(billing, contract_id)
    assert [one["net"] for one in first["lines"]] == ["800.00", "-800.00"]
    assert (first["net"], (await the_deposit(billing, contract_id))["left"]) == ("0.00", "200.00")

    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 5 * 60)))
    second = await an_issued_invoice(billing, contract_id)
    assert (second["net"], second["gross"]) == ("300.00", "357.00")
    found = await the_deposit(billing, contract_id)
    assert (found["invoiced"], found["drawn"], found["left"]) == ("1000.00", "1000.00", "0.00")


async def test_a_discarded_draft_gives_the_deposit_back(billing: Billing) -> None:
    line = a_time_line("100.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await asked(billing, contract_id, amount="500.00", description="Advance for April")
    await an_issued_invoice(billing, contract_id)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 3 * 60)))
    clerk, draft = billing.as_(Role.BILLING_CLERK), await a_draft(billing, contract_id)
    assert (await the_deposit(billing, contract_id))["drawn"] == "300.00"

    await clerk.post(f"/invoices/{draft['id']}/discard", json={"reason": "Wrong month"})
    assert (await the_deposit(billing, contract_id))["drawn"] == "0.00"
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 4 * 60)))

    assert (await a_draft(billing, contract_id))["net"] == "200.00"
    assert (await the_deposit(billing, contract_id))["left"] == "0.00"


async def test_the_agreed_deposit_is_asked_once_and_another_by_its_amount(billing: Billing) -> None:
    sale = a_sale(a_time_line()).model_copy(update={"deposit": Decimal(1000)})
    contract_id = await billing.sold(sale)
    await asked(billing, contract_id, amount="400.00")

    await asked(billing, contract_id)
    refused: Any = await asked(billing, contract_id)

    assert (refused.status_code, code_of(refused)) == (409, "deposit_asked_already")
    assert sorted(item["value"] for item in await billing.rows("billable_items")) == [400, 600]
    await asked(billing, contract_id, amount="50.00")
    assert (await the_deposit(billing, contract_id))["asked"] == "1050.00"


async def test_a_deposit_is_asked_by_who_may_and_of_some_amount(billing: Billing) -> None:
    contract_id = await billing.sold(a_sale(a_time_line()))

    assert code_of(await asked(billing, contract_id, Role.AUDITOR)) == "not_permitted"  # type: ignore[arg-type]
    assert code_of(await asked(billing, contract_id)) == "no_deposit_agreed"  # type: ignore[arg-type]
    assert code_of(await asked(billing, contract_id, amount="0")) == "invalid_request"  # type: ignore[arg-type]


amounts = st.decimals("-200", "1000", places=2)


@settings(deadline=None)
@given(invoiced=st.decimals("0", "3000", places=2), nets=st.lists(amounts, max_size=12))
def test_what_is_drawn_down_never_exceeds_the_deposit(invoiced: Decimal, nets: list[Decimal]) -> None:
    drawn = Decimal()
    for net in nets:
        part = drawdown(left=invoiced - drawn, net=net)
        assert 0 <= part <= max(net, Decimal())
        drawn += part
        assert drawn <= invoiced
    assert drawn == min(invoiced, sum((max(net, Decimal()) for net in nets), Decimal()))
