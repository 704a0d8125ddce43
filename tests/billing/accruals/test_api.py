"""Time that nobody has submitted: accrued on the last day of a month, gone on the first of the next."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2

from shared.actor import Role
from shared.contracts import crm
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import Billing, a_sale, a_sold_line, a_time_line, an_issued_invoice
from tests.support.billing import a_timesheet as a_week
from tests.support.billing import an_entry as a_day
from tests.support.ledger import ENTITY, closed, trial_balance


async def accrued(
    billing: Billing, contract_id: UUID, line: crm.SoldLine, *, role: Role = Role.CONTROLLER, **said: Any
) -> httpx2.Response:
    """Accrue something on a line at the end of March."""
    body = {
        "contract_id": str(contract_id),
        "contract_line_id": str(line.line_id),
        "period": "2026-03",
        "reason": "Late",
    }
    return await billing.as_(role).put(f"/revenue-accruals/{new_id()}", json=body | said)


async def test_minutes_are_worth_their_sold_rate_until_the_next_day(billing: Billing) -> None:
    line = a_time_line("120.00")
    contract_id = await billing.sold(a_sale(line))

    accrual = await accrued(billing, contract_id, line, minutes=90)

    assert accrual.json()["amount"] == "180.00"
    assert await trial_balance(billing, up_to="2026-03-31") == {"1300": Decimal(180), "4000": Decimal(-180)}
    assert await trial_balance(billing, up_to="2026-04-01") == {}
    back = (await billing.as_(Role.AUDITOR).get(f"/journal-entries/{accrual.json()['reversal_id']}")).json()
    assert (back["posted_on"], back["reverses_id"]) == ("2026-04-01", accrual.json()["entry_id"])
    asked = {"legal_entity": ENTITY, "period": "2026-03"}
    listed = (await billing.as_(Role.AUDITOR).get("/revenue-accruals", params=asked)).json()["items"]
    assert listed == [accrual.json()]


async def test_what_is_accrued_takes_a_liability_down_first(billing: Billing) -> None:
    line = a_time_line("120.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await billing.hear(a_week(sale, a_day(line.line_id, 60)))
    await an_issued_invoice(billing, contract_id)

    await accrued(billing, contract_id, line, amount="150.00")

    books = await trial_balance(billing, up_to="2026-03-31")
    assert (books.get("2300"), books["1300"]) == (None, Decimal(30))
    assert (await trial_balance(billing))["2300"] == Decimal(-120)


async def test_an_accrual_needs_an_estimate_a_line_and_an_open_month(billing: Billing) -> None:
    line, fixed = a_time_line("120.00"), a_sold_line(crm.BillingMethod.FIXED_FEE_PERCENT)
    contract_id = await billing.sold(a_sale(line, fixed))

    assert code_of(await accrued(billing, contract_id, line)) == "no_estimate"
    assert code_of(await accrued(billing, contract_id, line, minutes=5, amount="5.00")) == "no_estimate"
    assert code_of(await accrued(billing, contract_id, line, amount="-5.00")) == "no_estimate"
    assert code_of(await accrued(billing, contract_id, fixed, minutes=60)) == "no_estimate"
    assert code_of(await accrued(billing, contract_id, a_time_line(), minutes=60)) == "no_such_sold_line"
    await closed(billing, "2026-03")
    assert code_of(await accrued(billing, contract_id, line, minutes=60)) == "period_closed"
    assert await trial_balance(billing) == {}


async def test_an_accrual_keeps_to_the_cap_of_its_line(billing: Billing) -> None:
    line = a_sold_line(
        crm.BillingMethod.TIME_AND_MATERIALS_CAPPED,
        "1000",
        cap=Decimal(1000),
        staffing_role="Consultant",
        hourly_rate=Decimal(100),
    )
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await billing.hear(a_week(sale, a_day(line.line_id, 480)))

    refused = await accrued(billing, contract_id, line, minutes=121)

    assert (refused.status_code, code_of(refused)) == (409, "accrual_beyond_cap")
    assert "leaves 200.00 EUR, and 201.67 would be accrued" in refused.json()["detail"]
    assert (await accrued(billing, contract_id, line, minutes=120)).json()["amount"] == "200.00"


async def test_only_who_recognises_revenue_accrues_it(billing: Billing) -> None:
    line = a_time_line()
    contract_id = await billing.sold(a_sale(line))
    for role in set(Role) - {Role.CONTROLLER, Role.BILLING_APPROVER}:
        assert code_of(await accrued(billing, contract_id, line, role=role, minutes=60)) == "not_permitted"
