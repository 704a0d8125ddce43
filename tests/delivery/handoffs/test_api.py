"""Handoffs over HTTP: won deals arrive, and project managers decide on them."""

from __future__ import annotations

from uuid import UUID

from services.delivery.handoffs.model import id_of_handoff
from shared.actor import Role
from shared.contracts.crm import AccountChanged
from shared.contracts.delivery import HandoffAccepted, HandoffReturned, ProjectOpened, StaffingRequested
from shared.ids import new_id
from tests.support.api import code_of, seen
from tests.support.delivery import CANARY, Delivery
from tests.support.news_for_delivery import a_milestone_line, a_won_deal, an_account, an_estimated_role, an_hours_line


async def a_handoff(delivery: Delivery, **sold: object) -> str:
    """Have a deal won; gives the id of its handoff."""
    deal = a_won_deal(**sold)  # type: ignore[arg-type]
    await delivery.hear(deal)
    return str(id_of_handoff(deal.opportunity_id))


async def test_a_won_deal_waits_for_delivery_with_everything_that_was_sold(delivery: Delivery) -> None:
    handoff_id = await a_handoff(delivery)

    handoff = (await delivery.manager.get(f"/handoffs/{handoff_id}")).json()

    assert handoff["state"] == "open"
    assert (handoff["price"], handoff["cost"], handoff["margin"], handoff["minutes"]) == (
        "17600.00",
        "9400.00",
        "8200.00",
        7_200,
    )
    assert [line["method"] for line in handoff["lines"]] == ["time_and_materials", "fixed_fee_milestone"]
    assert [role["staffing_role"] for role in handoff["roles"]] == ["Consultant", "Architect"]
    assert handoff["template"]["code"] == "time-and-materials-with-milestones"
    assert handoff["template"]["rule"] == "anything_else"
    assert {check["code"] for check in handoff["checklist"] if not check["is_met"]} == {"purchase_order"}


async def test_accepting_makes_a_project_and_asks_for_its_people_in_one_go(delivery: Delivery) -> None:
    hours, fee = an_hours_line(), a_milestone_line()
    handoff_id = await a_handoff(delivery, lines=[hours, fee])

    answer = await delivery.manager.post(f"/handoffs/{handoff_id}/acceptance", json={})

    project = answer.json()
    assert answer.status_code == 201
    assert (project["number"], project["state"], project["manager"]) == ("P-1001", "proposed", "paula")
    assert project["template"] == {
        "code": "time-and-materials-with-milestones",
        "name": "Mixed: T&M with milestones",
        "rule": "anything_else",
        "reason": "More than one way of billing.",
    }
    work = [task for task in project["tasks"] if task["staffing_role"]]
    assert sum(task["minutes"] for task in work) == 7_200
    assert {task["billing_line_id"] for task in work if task["staffing_role"] == "Consultant"} == {str(hours.line_id)}
    assert {task["billing_line_id"] for task in work if task["staffing_role"] == "Architect"} == {str(fee.line_id)}
    assert project["baseline"]["margin"] == "8200.00"
    assert await delivery.announced() == [
        "handoff.accepted",
        "project.opened",
        "staffing.requested",
        "staffing.requested",
    ]


async def test_everything_that_acceptance_announces_belongs_to_the_thread(delivery: Delivery) -> None:
    deal = a_won_deal()
    await delivery.hear(deal)
    handoff_id = id_of_handoff(deal.opportunity_id)
    await delivery.manager.post(f"/handoffs/{handoff_id}/acceptance", json={})

    [accepted], [opened] = await delivery.told(HandoffAccepted), await delivery.told(ProjectOpened)
    requests = await delivery.told(StaffingRequested)

    assert {one.thread_id for one in (accepted, opened, *requests)} == {deal.opportunity_id}
    assert accepted.project_id == opened.project_id
    assert opened.sold_minutes == 7_200
    assert {(one.staffing_role, one.minutes, str(one.hourly_cost_limit)) for one in requests} == {
        ("Consultant", 4_800, "70.00"),
        ("Architect", 2_400, "95.00"),
    }


async def test_a_handoff_is_accepted_once(delivery: Delivery) -> None:
    handoff_id = await a_handoff(delivery)
    await delivery.manager.post(f"/handoffs/{handoff_id}/acceptance", json={})
    before = await delivery.digest()

    answer = await delivery.manager.post(f"/handoffs/{handoff_id}/acceptance", json={})

    assert (answer.status_code, code_of(answer)) == (409, "handoff_not_open")
    assert await delivery.digest() == before


async def test_a_project_can_be_given_to_another_manager_and_start_later(delivery: Delivery) -> None:
    handoff_id = await a_handoff(delivery)
    body = {"manager": "petra", "starts_on": "2026-03-09"}

    project = (await delivery.manager.post(f"/handoffs/{handoff_id}/acceptance", json=body)).json()

    assert (project["manager"], project["starts_on"], project["ends_before"]) == (
        "petra",
        "2026-03-09",
        "2026-06-08",
    )
    assert (await delivery.manager.get(f"/projects/{project['id']}")).status_code == 404


async def test_a_deal_without_work_by_role_cannot_be_accepted(delivery: Delivery) -> None:
    handoff_id = await a_handoff(delivery, lines=[a_milestone_line()], roles=[])
    before = await delivery.digest()

    answer = await delivery.manager.post(f"/handoffs/{handoff_id}/acceptance", json={})

    assert (answer.status_code, code_of(answer)) == (409, "handoff_incomplete")
    assert "The sold work is known by role." in answer.json()["detail"]
    assert await delivery.digest() == before


async def test_hourly_lines_without_an_estimate_still_make_a_plan(delivery: Delivery) -> None:
    handoff_id = await a_handoff(delivery, lines=[an_hours_line(minutes=601)], roles=[])

    project = (await delivery.manager.post(f"/handoffs/{handoff_id}/acceptance", json={})).json()

    assert sum(task["minutes"] for task in project["tasks"] if task["staffing_role"]) == 601
    assert project["staffing"][0]["minutes"] == 601


async def test_a_wish_of_sales_chooses_the_template(delivery: Delivery) -> None:
    handoff_id = await a_handoff(delivery, wish="Managed service")

    project = (await delivery.manager.post(f"/handoffs/{handoff_id}/acceptance", json={})).json()

    assert (project["template"]["code"], project["template"]["rule"]) == ("managed-service", "wish")


async def test_a_handoff_goes_back_to_sales_with_reasons(delivery: Delivery) -> None:
    handoff_id = await a_handoff(delivery)
    body = {"reasons": ["No purchase order"]}

    answer = await delivery.manager.post(f"/handoffs/{handoff_id}/return", json=body)

    assert (answer.json()["state"], answer.json()["reasons"]) == ("returned", ["No purchase order"])
    [returned] = await delivery.told(HandoffReturned)
    assert (returned.reasons, returned.returned_by) == (["No purchase order"], "paula")


async def test_a_handoff_is_not_returned_without_a_reason(delivery: Delivery) -> None:
    handoff_id = await a_handoff(delivery)

    for reasons in ([], [" "]):
        answer = await delivery.manager.post(f"/handoffs/{handoff_id}/return", json={"reasons": reasons})
        assert (answer.status_code, code_of(answer)) == (422, "no_reasons")

    assert (await delivery.manager.get(f"/handoffs/{handoff_id}")).json()["state"] == "open"


async def test_a_returned_deal_that_is_won_anew_waits_again(delivery: Delivery) -> None:
    deal = a_won_deal(roles=[an_estimated_role(minutes=600)])
    await delivery.hear(deal)
    handoff_id = id_of_handoff(deal.opportunity_id)
    await delivery.manager.post(f"/handoffs/{handoff_id}/return", json={"reasons": ["Too little"]})

    put_right = {"purchase_order": "PO-9", "lines": deal.lines[:1], "revision": 2, "correction": "More hours"}
    await delivery.hear(deal.model_copy(update=put_right), sequence=5)
    await delivery.hear(deal, sequence=1)

    handoff = (await delivery.manager.get(f"/handoffs/{handoff_id}")).json()
    assert (handoff["state"], handoff["purchase_order"], len(handoff["lines"])) == ("open", "PO-9", 1)
    assert (handoff["revision"], handoff["correction"], handoff["decided_by"]) == (2, "More hours", None)
    page = await seen(delivery.api.browser(Role.PROJECT_MANAGER, subject="paula"), f"/handoffs/{handoff_id}")
    assert "Closed anew by sales" in page and "More hours" in page


async def test_a_renamed_account_is_shown_by_its_new_name(delivery: Delivery) -> None:
    account_id = new_id()
    handoff_id = await a_handoff(delivery, account=an_account(account_id))
    renamed = an_account(account_id, "Alpenglow SE")

    await delivery.hear(AccountChanged(account_id=account_id, account=renamed), sequence=3)

    [row] = (await delivery.manager.get("/handoffs")).json()["items"]
    project = (await delivery.manager.post(f"/handoffs/{handoff_id}/acceptance", json={})).json()
    assert (row["account_name"], project["account_name"]) == ("Alpenglow SE", "Alpenglow SE")


async def test_handoffs_are_listed_by_state_page_by_page(delivery: Delivery) -> None:
    for _ in range(3):
        await a_handoff(delivery)
    returned = await a_handoff(delivery)
    await delivery.manager.post(f"/handoffs/{returned}/return", json={"reasons": ["No"]})

    first = (await delivery.manager.get("/handoffs?state=open&limit=2")).json()
    second = (await delivery.manager.get(f"/handoffs?state=open&limit=2&cursor={first['next']}")).json()

    assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, None)
    assert returned not in {one["id"] for one in first["items"] + second["items"]}


async def test_only_project_managers_decide_and_nothing_changes_for_others(delivery: Delivery) -> None:
    handoff_id = await a_handoff(delivery)
    before = await delivery.digest()

    for role in (Role.SALES_REP, Role.CONSULTANT, Role.CONTROLLER, Role.AUDITOR, Role.BILLING_CLERK):
        client = delivery.as_(role)
        for path, body in (("acceptance", {}), ("return", {"reasons": ["No"]})):
            answer = await client.post(f"/handoffs/{handoff_id}/{path}", json=body)
            assert (answer.status_code, code_of(answer)) == (403, "not_permitted")

    assert await delivery.digest() == before


async def test_controllers_and_auditors_read_handoffs_and_others_do_not(delivery: Delivery) -> None:
    handoff_id = await a_handoff(delivery)

    for role, status in (
        (Role.CONTROLLER, 200),
        (Role.AUDITOR, 200),
        (Role.CONSULTANT, 403),
        (Role.SALES_REP, 403),
    ):
        assert (await delivery.as_(role).get("/handoffs")).status_code == status
        assert (await delivery.as_(role).get(f"/handoffs/{handoff_id}")).status_code == status


async def test_another_tenant_neither_sees_nor_accepts_a_handoff(delivery: Delivery) -> None:
    handoff_id = await a_handoff(delivery)
    stranger = delivery.as_(Role.PROJECT_MANAGER, subject="paula", tenant=CANARY)

    assert handoff_id not in (await stranger.get("/handoffs")).text
    for answer in (
        await stranger.get(f"/handoffs/{handoff_id}"),
        await stranger.post(f"/handoffs/{handoff_id}/acceptance", json={}),
        await stranger.post(f"/handoffs/{handoff_id}/return", json={"reasons": ["No"]}),
    ):
        assert (answer.status_code, code_of(answer)) == (404, "no_such_handoff")


async def test_an_unknown_handoff_is_not_found(delivery: Delivery) -> None:
    answer = await delivery.manager.get(f"/handoffs/{UUID(int=1)}")

    assert answer.status_code == 404
