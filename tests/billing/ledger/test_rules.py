"""Which account takes what is posted is data: by role, by what narrows it, from a day on, in versions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import httpx2

from services.billing.ledger.model.accounts import PostingRole
from shared.actor import Role
from shared.contracts import crm
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import Billing, a_sale, a_sold_line, a_time_line, a_timesheet, an_entry
from tests.support.ledger import ENTITY, MARCH, a_new_entry, posted, sent, trial_balance
from tests.support.measured import a_measurement


async def ruled(billing: Billing, *, role: Role = Role.CONTROLLER, **different: Any) -> httpx2.Response:
    """Say that revenue by percent goes to an account of its own from March on, or something else."""
    told = {"role": "revenue", "narrowed_by": "fixed_fee_percent", "account": "4200", "starts_on": "2026-03-01"}
    body = {"legal_entity": ENTITY, **told, **different}
    return await billing.as_(role).put(f"/posting-rules/{new_id()}", json=body)


async def test_revenue_goes_to_the_account_of_its_billing_method(billing: Billing) -> None:
    assert (await ruled(billing)).is_success
    hours, fixed = a_time_line("120.00"), a_sold_line(crm.BillingMethod.FIXED_FEE_PERCENT, "1000.00")
    sale = a_sale(hours, fixed)
    await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(hours.line_id, 60)))
    await billing.hear(a_measurement("1", "4", date(2026, 3, 20)))

    run = await sent(billing.as_(Role.CONTROLLER), "/recognition-runs", {"legal_entity": ENTITY, "period": MARCH})

    assert run.is_success, run.text
    assert await trial_balance(billing) == {"1300": Decimal(370), "4000": Decimal(-120), "4200": Decimal(-250)}


async def test_a_rule_counts_from_its_day_and_in_its_last_version(billing: Billing) -> None:
    for account, starts_on in (("4900", "2026-04-01"), ("3000", "2026-03-15"), ("4200", "2026-03-15")):
        assert (await ruled(billing, narrowed_by="", account=account, starts_on=starts_on)).is_success
    sides = ((PostingRole.CONTRACT_ASSET, "1.00"), (PostingRole.REVENUE, "-1.00"))

    for day in (date(2026, 3, 14), date(2026, 3, 15), date(2026, 4, 1)):
        await posted(billing, a_new_entry(*sides, on=day))

    books = await trial_balance(billing)
    assert {code: books[code] for code in ("4000", "4200", "4900")} == dict.fromkeys(("4000", "4200", "4900"), -1)
    rules = (await billing.as_(Role.AUDITOR).get("/posting-rules", params={"legal_entity": ENTITY})).json()["rules"]
    assert [(one["account"], one["version"]) for one in rules] == [("3000", 1), ("4200", 2), ("4900", 1)]


async def test_a_rule_needs_an_account_of_the_chart(billing: Billing) -> None:
    assert code_of(await ruled(billing, account="9")) == "no_such_account"
    assert code_of(await ruled(billing, legal_entity="X")) == "no_books"


async def test_a_chart_tells_what_nobody_plays(billing: Billing) -> None:
    chart = (await billing.as_(Role.AUDITOR).get("/ledger-accounts", params={"legal_entity": ENTITY})).json()

    assert chart["missing"] == []


async def test_only_who_keeps_the_chart_makes_rules(billing: Billing) -> None:
    for role in set(Role) - {Role.CONTROLLER, Role.ADMINISTRATOR}:
        assert code_of(await ruled(billing, role=role)) == "not_permitted"
