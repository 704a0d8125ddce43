"""The books over HTTP: who may look, who may post, what is refused and how."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import Billing, a_milestone_line, a_sale, an_accepted_milestone, an_issued_invoice
from tests.support.ledger import ENTITY, a_new_entry, posted, sent, trial_balance

LINES = [{"account": "1300", "amount": "250.00"}, {"account": "4000", "amount": "-250.00"}]
SEES = (Role.BILLING_APPROVER, Role.CONTROLLER, Role.AUDITOR)
SEES_NOT = tuple(role for role in Role if role not in SEES)


def an_adjustment(**different: Any) -> dict[str, Any]:
    """Describe an adjustment of 250.00."""
    body = {"legal_entity": ENTITY, "currency": "EUR", "on": "2026-03-31", "text": "Accrual", "lines": LINES}
    return {**body, **different}


@pytest.mark.parametrize(
    ("path", "besides"),
    [
        ("/ledger-accounts", {Role.ADMINISTRATOR}),  # who keeps the chart, without what is posted
        ("/journal-entries", set()),
        (f"/journal-entries/{UUID(int=7)}", set()),
        ("/trial-balance", set()),
        ("/periods", set()),
    ],
)
async def test_the_books_are_not_for_everybody(billing: Billing, path: str, besides: set[Role]) -> None:
    excluded = [role for role in SEES_NOT if role not in besides]
    answers = [await billing.as_(role).get(path, params={"legal_entity": ENTITY}) for role in excluded]

    assert {(answer.status_code, code_of(answer)) for answer in answers} == {(403, "not_permitted")}


async def test_only_a_controller_adjusts_and_reverses(billing: Billing) -> None:
    [entry] = await posted(billing, a_new_entry())
    reversal = {"on": "2026-03-31", "reason": "Wrong"}

    for role in set(Role) - {Role.CONTROLLER}:
        adjusting = await billing.as_(role).put(f"/journal-entries/{new_id()}", json=an_adjustment())
        reversing = await sent(billing.as_(role), f"/journal-entries/{entry.id}/reversal", reversal)
        assert (code_of(adjusting), code_of(reversing)) == ("not_permitted", "not_permitted")


async def test_only_who_keeps_the_chart_changes_it(billing: Billing) -> None:
    body = {"legal_entity": ENTITY, "code": "1310", "name": "Unbilled", "kind": "asset"}

    for role in set(Role) - {Role.CONTROLLER, Role.ADMINISTRATOR}:
        adding = await billing.as_(role).put(f"/ledger-accounts/{new_id()}", json=body)
        giving = await billing.as_(role).post(f"/ledger-accounts/{new_id()}/posting-roles", json={"role": "cash"})
        assert (code_of(adding), code_of(giving)) == ("not_permitted", "not_permitted")


async def test_an_adjustment_is_posted_once_under_its_own_id(billing: Billing) -> None:
    controller, path = billing.as_(Role.CONTROLLER, subject="carla"), f"/journal-entries/{new_id()}"

    first = await controller.put(path, json=an_adjustment())
    again = await controller.put(path, json=an_adjustment())
    other = await controller.put(path, json=an_adjustment(text="Another"))

    assert first.status_code == 201, first.text
    assert again.json() == first.json()
    assert (other.status_code, code_of(other)) == (409, "already_exists")
    shown = (await controller.get(f"/journal-entries/{first.json()['id']}")).json()
    assert (shown["source"]["kind"], shown["recorded_by"], shown["reversed_by_id"]) == ("adjustment", "carla", None)


@pytest.mark.parametrize(
    ("different", "code", "pointer"),
    [
        ({"lines": [LINES[0], {"account": "4000", "amount": "-249.99"}]}, "unbalanced", "#/body/lines"),
        ({"lines": [LINES[0], {"account": "4000", "amount": "-249.996"}]}, "fraction_of_unit", "#/body/lines/1/amount"),
        ({"lines": LINES[:1]}, "too_few_lines", "#/body/lines"),
        ({"lines": [*LINES, {"account": "4900", "amount": "0"}]}, "zero_line", "#/body/lines/2/amount"),
        ({"lines": [LINES[0], {"account": "4711", "amount": "-250.00"}]}, "no_such_account", None),
        ({"legal_entity": "ZZZ"}, "no_such_account", None),
    ],
)
async def test_a_wrong_adjustment_is_refused_by_name_and_changes_nothing(
    billing: Billing, different: dict[str, Any], code: str, pointer: str | None
) -> None:
    answer = await billing.as_(Role.CONTROLLER).put(f"/journal-entries/{new_id()}", json=an_adjustment(**different))

    assert code_of(answer) == code
    assert answer.json()["mend"]
    assert [one["pointer"] for one in answer.json()["errors"]] == ([pointer] if pointer else [])
    assert await billing.rows("journal_entries") == []


async def test_an_entry_is_taken_back_once(billing: Billing) -> None:
    [entry] = await posted(billing, a_new_entry())
    controller, path = billing.as_(Role.CONTROLLER), f"/journal-entries/{entry.id}/reversal"

    reversal = await sent(controller, path, {"on": "2026-03-31", "reason": "Wrong contract"})
    again = await sent(controller, path, {"on": "2026-03-31", "reason": "Wrong contract"})
    of_reversal = await sent(
        controller, f"/journal-entries/{reversal.json()['id']}/reversal", {"on": "2026-03-31", "reason": "Right"}
    )

    assert reversal.status_code == 201, reversal.text
    assert reversal.json()["reverses_id"] == str(entry.id)
    assert (code_of(again), code_of(of_reversal)) == ("already_reversed", "reversal_of_reversal")
    original = (await controller.get(f"/journal-entries/{entry.id}")).json()
    assert original["reversed_by_id"] == reversal.json()["id"]
    assert await trial_balance(billing) == {}


async def test_a_reversal_needs_an_idempotency_key(billing: Billing) -> None:
    [entry] = await posted(billing, a_new_entry())

    answer = await billing.as_(Role.CONTROLLER).post(
        f"/journal-entries/{entry.id}/reversal", json={"on": "2026-03-31", "reason": "Wrong"}
    )

    assert code_of(answer) == "idempotency_key_missing"


async def test_an_entry_that_is_not_there_is_not_found(billing: Billing) -> None:
    controller = billing.as_(Role.CONTROLLER)

    shown = await controller.get(f"/journal-entries/{new_id()}")
    reversed_ = await sent(controller, f"/journal-entries/{new_id()}/reversal", {"on": "2026-03-31", "reason": "?"})

    assert (code_of(shown), code_of(reversed_)) == ("no_such_entry", "no_such_entry")


async def test_an_issued_invoice_stands_in_the_books_with_its_contract_and_thread(billing: Billing) -> None:
    line = a_milestone_line("8000.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await billing.hear(an_accepted_milestone(sale, line.line_id))
    invoice = await an_issued_invoice(billing, contract_id)

    query = {"legal_entity": ENTITY, "source_kind": "invoice", "source_id": invoice["id"]}
    answer = await billing.as_(Role.AUDITOR).get("/journal-entries", params=query)

    [entry] = answer.json()["items"]
    assert entry["thread_id"] == str(sale.opportunity_id)
    assert {(one["account"], one["amount"]) for one in entry["lines"]} == {
        ("1200", "9520.00"),
        ("2300", "-8000.00"),
        ("2100", "-1520.00"),
    }
    assert {one["contract_id"] for one in entry["lines"]} == {str(contract_id)}


async def test_the_journal_is_narrowed_and_read_page_by_page(billing: Billing) -> None:
    await posted(billing, *(a_new_entry() for _ in range(5)), a_new_entry(("1000", "9.00"), ("3000", "-9.00")))
    auditor = billing.as_(Role.AUDITOR)

    pages, query = [], {"legal_entity": ENTITY, "period": "2026-03", "account": "1300", "limit": "2"}
    while True:
        page = (await auditor.get("/journal-entries", params=query)).json()
        pages.append([one["id"] for one in page["items"]])
        if page["next"] is None:
            break
        query["cursor"] = page["next"]

    assert [len(page) for page in pages] == [2, 2, 1]
    assert len({one for page in pages for one in page}) == 5
    nothing = await auditor.get("/journal-entries", params={"legal_entity": ENTITY, "period": "2026-04"})
    assert nothing.json()["items"] == []


async def test_the_trial_balance_of_a_day_leaves_out_what_came_later(billing: Billing) -> None:
    await posted(billing, a_new_entry(on=a_new_entry().on.replace(day=1)), a_new_entry())

    assert (await trial_balance(billing, up_to="2026-03-30"))["1300"] == Decimal(100)
    assert (await trial_balance(billing, up_to="2026-03-31"))["1300"] == Decimal(200)


async def test_a_month_is_written_as_year_and_month(billing: Billing) -> None:
    answer = await billing.as_(Role.AUDITOR).get("/journal-entries", params={"legal_entity": ENTITY, "period": "March"})

    assert code_of(answer) == "bad_month"


async def test_a_new_account_takes_postings(billing: Billing) -> None:
    controller = billing.as_(Role.CONTROLLER)
    body = {"legal_entity": ENTITY, "code": "1310", "name": "Unbilled receivables", "kind": "asset"}

    added = await controller.put(f"/ledger-accounts/{new_id()}", json=body)
    taken = await controller.put(f"/ledger-accounts/{new_id()}", json=body)
    nowhere = await controller.put(f"/ledger-accounts/{new_id()}", json={**body, "legal_entity": "ZZZ"})
    lines = [{"account": "1310", "amount": "250.00"}, LINES[1]]
    await controller.put(f"/journal-entries/{new_id()}", json=an_adjustment(lines=lines))

    assert (added.status_code, code_of(taken), code_of(nowhere)) == (201, "account_taken", "no_books")
    assert (await trial_balance(billing))["1310"] == Decimal(250)
