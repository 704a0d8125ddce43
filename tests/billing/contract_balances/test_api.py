"""Contract balances: what the documents come to is what the ledger says, or the difference is named."""

from __future__ import annotations

from typing import Any

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import (
    Billing,
    a_milestone_line,
    a_sale,
    a_time_line,
    a_timesheet,
    an_accepted_milestone,
    an_entry,
    an_issued_invoice,
)
from tests.support.ledger import ENTITY, MARCH, a_new_entry, posted, sent

ON = {"legal_entity": ENTITY, "on": "2026-03-31"}


async def a_month(billing: Billing) -> None:
    """Let one contract be worked and recognised, and another be invoiced ahead of it."""
    line, milestone = a_time_line("120.00"), a_milestone_line("8000.00")
    worked, invoiced = a_sale(line), a_sale(milestone)
    await billing.sold(worked)
    await billing.hear(a_timesheet(worked, an_entry(line.line_id, 60)))
    run = await sent(billing.as_(Role.CONTROLLER), "/recognition-runs", {"legal_entity": ENTITY, "period": MARCH})
    assert run.is_success, run.text
    contract_id = await billing.sold(invoiced)
    await billing.hear(an_accepted_milestone(invoiced, milestone.line_id))
    await an_issued_invoice(billing, contract_id)


async def asked(billing: Billing, path: str = "", **different: Any) -> Any:
    """Ask as an auditor."""
    answer = await billing.as_(Role.AUDITOR).get(f"/contract-balances{path}", params=ON | different)
    assert answer.is_success, answer.text
    return answer.json()


async def test_each_contract_stands_on_its_side_and_agrees_with_the_ledger(billing: Billing) -> None:
    await a_month(billing)

    shown = (await asked(billing))["items"]

    names = ("recognised", "billed", "contract_asset", "contract_liability", "difference")
    assert [tuple(one[name] for name in names) for one in shown] == [
        ("120.00", "0.00", "120.00", "0.00", "0.00"),
        ("0.00", "8000.00", "0.00", "8000.00", "0.00"),
    ]
    assert (await asked(billing, "/reconciliation"))["agreement"] == [
        {"currency": "EUR", "on_accounts": "-7880.00", "of_contracts": "-7880.00", "unassigned": "0.00"}
    ]
    assert (await asked(billing, on="2026-03-30"))["items"] == []


async def test_a_contract_that_was_corrected_by_hand_shows_the_difference(billing: Billing) -> None:
    await a_month(billing)
    [entry] = [one for one in await billing.rows("journal_entries") if one["source_kind"] == "recognition"]
    reversal = {"on": "2026-03-31", "reason": "Wrong"}
    await sent(billing.as_(Role.CONTROLLER), f"/journal-entries/{entry['id']}/reversal", reversal)
    await posted(billing, a_new_entry(("1300", "5.00"), ("4000", "-5.00")))

    shown = (await asked(billing))["items"]
    checked = await asked(billing, "/reconciliation")

    assert [one["difference"] for one in shown] == ["-120.00", "0.00"]
    assert checked["agreement"][0]["unassigned"] == "5.00"
    left = (await billing.as_(Role.AUDITOR).get(f"/periods/{ENTITY}/{MARCH}/checklist")).json()["findings"]
    assert {one["concern"]: one["count"] for one in left}["unexplained_contracts"] == 1


async def test_only_who_sees_the_books_sees_the_balances(billing: Billing) -> None:
    for role in set(Role) - {Role.CONTROLLER, Role.BILLING_APPROVER, Role.AUDITOR}:
        for path in ("", "/reconciliation"):
            assert code_of(await billing.as_(role).get(f"/contract-balances{path}", params=ON)) == "not_permitted"


async def test_there_is_nothing_of_a_legal_entity_that_is_not_there(billing: Billing) -> None:
    assert (await asked(billing, legal_entity=str(new_id())))["items"] == []
    assert (await asked(billing, "/reconciliation", legal_entity="NOT"))["agreement"] == []
