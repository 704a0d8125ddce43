"""A fixed fee by percent is billed up to the latest measurement, less what was billed; in all it comes to the fee."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pytest

from shared.actor import Role
from shared.contracts import crm
from shared.messaging.reactions import NotReady
from tests.support.api import code_of
from tests.support.billing import (
    Billing,
    Made,
    a_change,
    a_change_order,
    a_draft,
    a_measurement,
    a_sale,
    a_sold_line,
    a_time_line,
    an_issued_invoice,
)

BY_PERCENT = crm.BillingMethod.FIXED_FEE_PERCENT


async def waiting(billing: Billing) -> list[tuple[str, Decimal]]:
    """Give what waits, with the day it is of."""
    items = await billing.rows("billable_items")
    return sorted((item["day"].isoformat(), item["value"]) for item in items)


async def test_progress_in_any_order_bills_the_latest_once(billing: Billing) -> None:
    for told in permutations([("2026-03-10", "30"), ("2026-03-20", "55"), ("2026-03-15", "40")]):
        line = a_sold_line(BY_PERCENT, "9999.99")
        sale = a_sale(line)
        contract_id = await billing.sold(sale)
        for day, percent in told:
            measurement = a_measurement(sale, percent, on=day, line_id=line.line_id)
            await billing.hear(measurement)
            await billing.hear(measurement)

        [item] = [item for item in await billing.rows("billable_items") if item["contract_id"] == contract_id]
        assert (item["value"], item["day"].isoformat(), item["rule"]) == (Decimal("5499.99"), "2026-03-20", "percent")


async def test_what_was_billed_is_taken_off_and_in_all_it_is_the_fee(billing: Billing) -> None:
    line = a_sold_line(BY_PERCENT, "10000.01")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    billed = []
    for day, percent in (("2026-03-05", "33.333"), ("2026-03-12", "66.667"), ("2026-03-30", "100")):
        await billing.hear(a_measurement(sale, percent, on=day, line_id=line.line_id))
        billed.append(Decimal((await an_issued_invoice(billing, contract_id))["net"]))

    assert billed == [Decimal("3333.30"), Decimal("3333.41"), Decimal("3333.30")]
    assert sum(billed) == Decimal("10000.01")


async def test_a_discarded_draft_is_made_up_for(billing: Billing) -> None:
    line = a_sold_line(BY_PERCENT, "1000.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await billing.hear(a_measurement(sale, "30", on="2026-03-05", line_id=line.line_id))
    draft = await a_draft(billing, contract_id)
    await billing.hear(a_measurement(sale, "50", on="2026-03-06", line_id=line.line_id))

    clerk = billing.as_(Role.BILLING_CLERK)
    await clerk.post(f"/invoices/{draft['id']}/discard", json={"reason": "More is done"})

    assert (await a_draft(billing, contract_id))["net"] == "500.00"


async def test_a_change_order_counts_for_what_is_measured_from_its_day_on(billing: Billing) -> None:
    line = a_sold_line(BY_PERCENT, "1000.00")
    sale = a_sale(line)
    await billing.sold(sale)
    await billing.hear(a_measurement(sale, "50", on="2026-03-10", line_id=None))

    await billing.hear(a_change_order(sale, a_change(line.line_id, "500.00"), effective_on="2026-03-11"))
    assert await waiting(billing) == [("2026-03-10", Decimal(500))]

    await billing.hear(a_measurement(sale, "50", on="2026-03-11", line_id=None))
    assert await waiting(billing) == [("2026-03-11", Decimal(750))]


async def test_progress_of_a_line_that_is_not_known_waits(billing: Billing) -> None:
    sale = a_sale(a_time_line())
    with pytest.raises(NotReady):
        await billing.hear(a_measurement(sale, "50"))
    await billing.sold(sale)
    with pytest.raises(NotReady):
        await billing.hear(a_measurement(sale, "50", line_id=a_time_line().line_id))


async def test_a_percentage_is_stated_by_who_may_where_it_is_billed(billing: Billing) -> None:
    line, hourly = a_sold_line(BY_PERCENT, "1000.00"), a_time_line()
    contract_id = await billing.sold(a_sale(line, hourly))
    clerk = billing.as_(Role.BILLING_CLERK, subject="bella")
    path = f"/contracts/{contract_id}/lines/{line.line_id}/progress"

    def stated(percent: str, **different: str) -> Made:
        return {"percent": percent, "reason": "Agreed on the phone", **different}

    assert code_of(await billing.as_(Role.AUDITOR).post(path, json=stated("10"))) == "not_permitted"
    assert code_of(await clerk.post(path, json=stated("100.01"))) == "invalid_request"
    assert code_of(await clerk.post(path, json=stated("10", stated_on="2026-04-01"))) == "stated_in_future"
    by_the_hour = f"/contracts/{contract_id}/lines/{hourly.line_id}/progress"
    assert code_of(await clerk.post(by_the_hour, json=stated("10"))) == "not_billed_by_percent"
    assert (await clerk.post(path, json=stated("12.5"))).json()["percent"] == "12.50"
    assert await waiting(billing) == [("2026-03-31", Decimal(125))]
    [told] = (await billing.as_(Role.AUDITOR).get(f"/contracts/{contract_id}/progress")).json()
    assert (told["method"], told["reason"], told["measured_by"]) == ("stated", "Agreed on the phone", "bella")
