"""What delivery measures of a project that billing knows, and what a controller says of its revenue."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from shared.actor import Role
from shared.contracts import crm, delivery
from shared.ids import new_id
from tests.support.billing import Billing
from tests.support.ledger import ENTITY

PROJECT = UUID(int=77)


def a_measurement(
    done: str, whole: str, on: date, *, line_id: UUID | None = None, project_id: UUID = PROJECT
) -> delivery.ProgressMeasured:
    """Announce what was spent by a day, and what will have been spent in the end."""
    return delivery.ProgressMeasured(
        measurement_id=new_id(),
        project_id=project_id,
        billing_line_id=line_id,
        method=delivery.ProgressMethod.COST,
        measured_on=on,
        fraction_numerator=Decimal(done),
        fraction_denominator=Decimal(whole),
        cost_to_date=Decimal(done),
        cost_at_completion=Decimal(whole),
        currency="EUR",
        measured_by="petra",
    )


AN_ACCRUAL = {
    "contract_id": "{contract_id}",
    "contract_line_id": "{contract_line_id}",
    "period": "2026-03",
    "amount": "5.00",
    "reason": "Not handed in",
}
FROM_OUTSIDE = {"legal_entity": ENTITY, "system": "payables"}
A_BILL = {
    "reference": "V-1",
    "on": "2026-03-31",
    "currency": "EUR",
    "text": "Subcontractor",
    "lines": [{"account": "6000", "amount": "5.00"}, {"account": "2000", "amount": "-5.00"}],
}
A_FILE = (
    "reference,on,currency,text,account,amount\n"
    "V-2,2026-03-31,EUR,Subcontractor,6000,5.00\nV-2,2026-03-31,EUR,Subcontractor,2000,-5.00\n"
)
A_RULE = {"legal_entity": ENTITY, "role": "revenue", "account": "4200", "starts_on": "2026-05-01"}
BODIES_OF_REVENUE = {
    "PUT /revenue-accruals/{accrual_id}": AN_ACCRUAL,
    "POST /outside-entries": {**FROM_OUTSIDE, "entries": [A_BILL]},
    "POST /outside-entries/file": {**FROM_OUTSIDE, "file": A_FILE},
    "PUT /posting-rules/{rule_id}": A_RULE,
}
PLACES_OF_REVENUE = {
    "rule_id": "posting_rules.id",
    "materials_id": "uninstalled_materials.id",
    "contract_line_id": "uninstalled_materials.contract_line_id",
    "accrual_id": "revenue_accruals.id",
}


async def what_is_measured(billing: Billing, contract_id: UUID) -> None:
    """Record materials on the line of a contract that is recognised by cost, and accrue something on it."""
    controller = billing.as_(Role.CONTROLLER, subject="carla")
    lines = (await controller.get(f"/contracts/{contract_id}")).json()["lines"]
    [line_id] = [line["id"] for line in lines if line["method"] == crm.BillingMethod.FIXED_FEE_PERCENT]
    materials = {"contract_line_id": line_id, "delivered_on": "2026-03-02", "cost": "5.00", "description": "Racks"}
    about = {"contract_id": str(contract_id), "contract_line_id": line_id}
    for path, body in (
        (f"/contracts/{contract_id}/uninstalled-materials/{new_id()}", materials),
        (f"/revenue-accruals/{new_id()}", AN_ACCRUAL | about),
        (f"/posting-rules/{new_id()}", A_RULE),
    ):
        answer = await controller.put(path, json=body)
        assert answer.is_success, answer.text
