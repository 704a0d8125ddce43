"""What was agreed on paper, entered on the contract's page: more of a line, a new line, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.support.billing import Billing, a_sale, a_time_line

AGREED = {
    "number": "CO-7",
    "approved_on": "2026-03-20",
    "effective_on": "2026-04-01",
    "client_approver": "Clara Vogt",
    "reason": "Agreed at the steering committee",
}


def by_key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id()), "hx-request": "true"}


async def test_more_of_a_line_and_a_new_one_are_kept_and_shown(billing: Billing) -> None:
    line = a_time_line("120.00")
    contract_id = await billing.sold(a_sale(line))
    browser, new = billing.api.browser(Role.BILLING_CLERK), new_id()
    here = f"/contracts/{contract_id}"
    form = AGREED | {
        f"lines/{line.line_id}/amount_delta": "1.200,50",
        f"lines/{line.line_id}/minutes_delta": "10:30",
        f"lines/{new}/description": "Training",
        f"lines/{new}/method": "time_and_materials",
        f"lines/{new}/staffing_role": "Trainer",
        f"lines/{new}/hourly_rate": "150",
        f"lines/{new}/minutes_delta": "8",
        f"lines/{new}/amount_delta": "1200",
        f"lines/{new_id()}/method": "retainer",
    }

    offered = await browser.get(f"{here}/amendments/new")
    kept = await browser.post(f"{here}/amendments", data=form, headers=by_key() | {"accept-language": "de"})

    assert "/amendments/new" in (await browser.get(f"{here}/agreed")).text
    assert (offered.status_code, kept.status_code) == (200, 204), kept.text
    changes = {row["line_id"]: row for row in await billing.rows("amended_lines")}
    assert changes.keys() == {line.line_id, new}
    assert (changes[line.line_id]["amount_delta"], changes[line.line_id]["minutes_delta"]) == (Decimal("1200.50"), 630)
    assert "Training" in (await browser.get(f"{here}/agreed")).text


@pytest.mark.parametrize(
    ("different", "field"),
    [
        ({"number": ""}, "number"),
        ({"lines/{line}/amount_delta": "-99999"}, "lines"),
        ({"lines/{line}/amount_delta": "much"}, "lines/{line}/amount_delta"),
        ({"lines/{new}/amount_delta": "5"}, "lines"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(
    billing: Billing, different: dict[str, str], field: str
) -> None:
    line = a_time_line()
    contract_id = await billing.sold(a_sale(line))
    named = {"line": str(line.line_id), "new": str(UUID(int=5))}
    form = AGREED | {name.format(**named): value for name, value in different.items()}

    refused = await billing.api.browser(Role.BILLING_CLERK).post(
        f"/contracts/{contract_id}/amendments", data=form, headers=by_key()
    )

    assert refused.status_code == 422
    assert [one["pointer"].split("/", 2)[2] for one in refused.json()["errors"]] == [field.format(**named)]
    assert await billing.rows("amendments") == []


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.BILLING_APPROVER, Role.ADMINISTRATOR])
async def test_who_agrees_no_terms_is_offered_none(billing: Billing, role: Role) -> None:
    contract_id = await billing.sold(a_sale(a_time_line()))
    browser = billing.api.browser(role)

    refused = await browser.post(f"/contracts/{contract_id}/amendments", data=AGREED, headers=by_key())
    form = await browser.get(f"/contracts/{contract_id}/amendments/new")

    assert (refused.status_code, form.status_code) == (403, 403)
    assert "/amendments/new" not in (await browser.get(f"/contracts/{contract_id}/agreed")).text
