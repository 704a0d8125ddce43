"""Expense reports over HTTP: entered by one person, decided on by another, and only ever reversed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from shared.actor import Role
from shared.contracts.delivery import ExpenseReportApproved
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.delivery import Delivery, a_project
from tests.support.news_for_delivery import MANAGER, a_booking, a_milestone_line, a_person, a_won_deal, an_expense_line

LINE, FEE = UUID(int=0xE1), UUID(int=0xE2)


@pytest.fixture
async def project(delivery: Delivery) -> dict[str, Any]:
    """Have Carla work on a project of Paula's, where expenses are billed under LINE."""
    await delivery.hear(a_person())
    await delivery.hear(a_person(MANAGER, subject="paula", name="Paula Manager"))
    opened = await a_project(delivery, a_won_deal(lines=[an_expense_line(LINE), a_milestone_line(FEE)]))
    await delivery.hear(a_booking(UUID(opened["id"])))
    return opened


def an_expense(**different: Any) -> dict[str, Any]:
    """Describe a train ride that the client pays."""
    return {
        "day": "2026-03-03",
        "category": "travel",
        "description": "Train to Alpenglow",
        "receipt": "receipts/1.pdf",
        "receipt_currency": "EUR",
        "receipt_net": "100",
        "receipt_tax": "7",
        "billable": True,
        "billing_line_id": str(LINE),
        **different,
    }


async def a_report(delivery: Delivery, project: dict[str, Any], *expenses: dict[str, Any]) -> str:
    """Have Carla enter a report; gives its id."""
    report_id = str(new_id())
    body = {"project_id": project["id"], "title": "Week 10"}
    begun = await delivery.consultant.put(f"/expense-reports/{report_id}", json=body)
    assert begun.status_code == 201, begun.text
    for expense in expenses:
        entered = await delivery.consultant.put(f"/expense-reports/{report_id}/expenses/{new_id()}", json=expense)
        assert entered.status_code == 201, entered.text
    return report_id


async def submitted(delivery: Delivery, project: dict[str, Any], *expenses: dict[str, Any]) -> str:
    """Have Carla hand a report in; gives its id."""
    report_id = await a_report(delivery, project, *(expenses or (an_expense(),)))
    answer = await delivery.consultant.post(f"/expense-reports/{report_id}/submission")
    assert answer.status_code == 200, answer.text
    return report_id


async def test_what_was_approved_is_told_in_the_currency_of_the_project(
    delivery: Delivery, project: dict[str, Any]
) -> None:
    abroad = an_expense(receipt_currency="CHF", exchange_rate="1.0837", receipt_net="80.15", receipt_tax="0")
    own = an_expense(billable=False, billing_line_id=None, reimbursable=False, category="software")
    report_id = await submitted(delivery, project, an_expense(), abroad, own)

    approved = await delivery.manager.post(f"/expense-reports/{report_id}/approval")

    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    (told,) = await delivery.told(ExpenseReportApproved)
    assert (told.thread_id, told.approved_by) == (UUID(project["opportunity_id"]), "paula")
    assert {(one.category, one.amount, one.tax) for one in told.expenses} == {
        ("travel", Decimal(100), Decimal(7)),
        ("travel", Decimal("86.86"), Decimal(0)),
        ("software", Decimal(100), Decimal(7)),
    }
    assert {(one.billable, one.reimbursable, one.billing_line_id) for one in told.expenses} == {
        (True, True, LINE),
        (False, False, None),
    }


async def test_an_approved_expense_is_only_reversed_and_only_once(delivery: Delivery, project: dict[str, Any]) -> None:
    report_id = await submitted(delivery, project)
    expense = (await delivery.manager.post(f"/expense-reports/{report_id}/approval")).json()["expenses"][0]
    path = f"/expense-reports/{report_id}/expenses/{expense['id']}"
    wrong = {"reason": "Paid by the client"}

    late = await delivery.consultant.put(f"/expense-reports/{report_id}/expenses/{new_id()}", json=an_expense())
    reversal = await delivery.manager.post(f"{path}/reversal", json=wrong)
    again = await delivery.manager.post(f"{path}/reversal", json=wrong)
    back = await delivery.manager.post(
        f"/expense-reports/{report_id}/expenses/{reversal.json()['id']}/reversal", json=wrong
    )

    assert [code_of(one) for one in (late, again, back)] == ["report_handed_in", "already_reversed", "already_reversed"]
    assert (reversal.json()["amount"], reversal.json()["corrects_expense_id"]) == ("-100.00", expense["id"])
    first, second = await delivery.told(ExpenseReportApproved)
    assert first.expenses[0].amount + second.expenses[0].amount == 0
    listed = (await delivery.consultant.get("/expense-reports")).json()["items"]
    assert [(one["id"], one["amount"]) for one in listed] == [(report_id, "0.00")]


async def test_a_rejected_report_says_why_and_can_be_handed_in_again(
    delivery: Delivery, project: dict[str, Any]
) -> None:
    report_id = await submitted(delivery, project)

    rejected = await delivery.manager.post(f"/expense-reports/{report_id}/rejection", json={"reason": "Which train?"})
    again = await delivery.consultant.post(f"/expense-reports/{report_id}/submission")

    assert (rejected.json()["state"], rejected.json()["rejection_reason"]) == ("rejected", "Which train?")
    assert (again.json()["state"], again.json()["rejection_reason"]) == ("submitted", None)


@pytest.mark.parametrize(
    ("different", "code", "pointer"),
    [
        ({"day": "2026-03-10"}, "spent_in_future", "#/body/day"),
        ({"billing_line_id": None}, "billable_without_line", "#/body/billing_line_id"),
        ({"billing_line_id": str(new_id())}, "not_sold_on_project", "#/body/billing_line_id"),
        ({"billing_line_id": str(FEE)}, "not_for_expenses", "#/body/billing_line_id"),
        ({"receipt_currency": "CHF"}, "rate_missing", "#/body/exchange_rate"),
        ({"exchange_rate": "1.1"}, "rate_of_same_currency", "#/body/exchange_rate"),
        ({"receipt_net": "-5"}, "invalid_request", "#/body/receipt_net"),
        ({"category": "fun"}, "invalid_request", "#/body/category"),
    ],
)
async def test_an_expense_that_does_not_fit_is_refused_and_changes_nothing(
    delivery: Delivery, project: dict[str, Any], different: dict[str, Any], *, code: str, pointer: str
) -> None:
    report_id = await a_report(delivery, project)
    before = await delivery.digest()

    refused = await delivery.consultant.put(
        f"/expense-reports/{report_id}/expenses/{new_id()}", json=an_expense(**different)
    )

    assert (code_of(refused), refused.json()["errors"][0]["pointer"]) == (code, pointer)
    assert await delivery.digest() == before


async def test_nobody_approves_their_own_and_only_the_manager_decides(
    delivery: Delivery, project: dict[str, Any]
) -> None:
    report_id = await submitted(delivery, project)
    own_id = str(new_id())
    await delivery.manager.put(f"/expense-reports/{own_id}", json={"project_id": project["id"], "title": "Mine"})
    await delivery.manager.put(f"/expense-reports/{own_id}/expenses/{new_id()}", json=an_expense())
    await delivery.manager.post(f"/expense-reports/{own_id}/submission")
    stranger = delivery.as_(Role.PROJECT_MANAGER, subject="peter")

    own = await delivery.manager.post(f"/expense-reports/{own_id}/approval")
    foreign = await stranger.post(f"/expense-reports/{report_id}/approval")
    unasked = await delivery.consultant.post(f"/expense-reports/{report_id}/approval")

    assert [code_of(one) for one in (own, foreign, unasked)] == ["own_report", "not_yours_to_approve", "not_permitted"]
    assert (await stranger.get(f"/expense-reports/{report_id}")).status_code == 404
    waiting = (await delivery.manager.get("/expense-reports?show=to_approve")).json()["items"]
    assert [one["id"] for one in waiting] == [report_id]


async def test_locked_books_take_no_expense_at_any_step(delivery: Delivery, project: dict[str, Any]) -> None:
    controller = delivery.as_(Role.CONTROLLER)
    handed_in = await submitted(delivery, project)
    draft = await a_report(delivery, project, an_expense())

    locked = await controller.post("/expense-lock", json={"locked_before": "2026-03-04"})

    entered = await delivery.consultant.put(f"/expense-reports/{draft}/expenses/{new_id()}", json=an_expense())
    submission = await delivery.consultant.post(f"/expense-reports/{draft}/submission")
    approval = await delivery.manager.post(f"/expense-reports/{handed_in}/approval")
    unasked = await delivery.manager.post("/expense-lock", json={"locked_before": "2026-01-01"})
    assert locked.json() == (await delivery.consultant.get("/expense-lock")).json()
    assert [code_of(one) for one in (entered, submission, approval)] == ["period_locked"] * 3
    assert code_of(unasked) == "not_permitted"

    await controller.post("/expense-lock", json={"locked_before": "2026-03-01"})
    assert (await delivery.manager.post(f"/expense-reports/{handed_in}/approval")).status_code == 200


async def test_an_empty_report_is_not_handed_in_and_an_expense_can_be_taken_out(
    delivery: Delivery, project: dict[str, Any]
) -> None:
    report_id = await a_report(delivery, project, an_expense())
    expense = (await delivery.consultant.get(f"/expense-reports/{report_id}")).json()["expenses"][0]

    dropped = await delivery.consultant.delete(f"/expense-reports/{report_id}/expenses/{expense['id']}")
    empty = await delivery.consultant.post(f"/expense-reports/{report_id}/submission")

    assert (dropped.status_code, code_of(empty)) == (204, "empty_report")
