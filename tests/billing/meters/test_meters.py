"""The meters of a contract say how far each of its limits is used."""

from __future__ import annotations

from decimal import Decimal

from shared.actor import Role
from shared.contracts import crm
from tests.support.api import code_of
from tests.support.billing import ROLE, Billing, a_measurement, a_sale, a_sold_line, a_timesheet, an_entry


async def test_every_limit_of_a_contract_has_a_meter(billing: Billing) -> None:
    methods = crm.BillingMethod
    capped = a_sold_line(
        methods.TIME_AND_MATERIALS_CAPPED, "1000", cap=Decimal(1000), staffing_role=ROLE, hourly_rate=Decimal(100)
    )
    fee = a_sold_line(methods.FIXED_FEE_PERCENT, "8000")
    retainer = a_sold_line(methods.RETAINER, "8000", monthly_fee=Decimal(2000), monthly_minutes=600)
    sale = a_sale(capped, fee, retainer).model_copy(
        update={"deposit": Decimal(500), "purchase_order_budget": Decimal(9000)}
    )
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(capped.line_id, 480), an_entry(retainer.line_id, 150)))
    await billing.hear(a_measurement(sale, "25", line_id=fee.line_id))

    shown = (await billing.as_(Role.AUDITOR).get(f"/contracts/{contract_id}/meters")).json()

    assert {one["kind"]: (one["used"], one["limit"], one["share"]) for one in shown} == {
        "purchase_order": ("0.00", "9000.00", "0.00"),
        "cap": ("800.00", "1000.00", "0.80"),
        "progress": ("2000.00", "8000.00", "0.25"),
        "retainer": ("150.00", "600.00", "0.25"),
        "deposit": ("0.00", "500.00", "0.00"),
    }
    assert code_of(await billing.as_(Role.CONSULTANT).get(f"/contracts/{contract_id}/meters")) == "not_permitted"
