"""Change orders over HTTP: drafted, previewed, put before the client, and final."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
import pytest

from shared.actor import Role
from shared.contracts.delivery import ChangeOrderApproved
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.delivery import Delivery, a_project
from tests.support.news_for_delivery import a_milestone_line, a_won_deal, an_estimated_role, an_hours_line

HOURS, GO_LIVE, NEW = UUID(int=0xC1), UUID(int=0xC2), UUID(int=0xC3)
AGREED = {"client_approver": "Ms Berger", "approved_on": "2026-03-09"}


@pytest.fixture
async def project(delivery: Delivery) -> dict[str, Any]:
    """Have Paula manage a project: 80 hours at 120 that cost 70 each, and a milestone at 8,000."""
    lines = [an_hours_line(HOURS), a_milestone_line(GO_LIVE)]
    return await a_project(delivery, a_won_deal(lines=lines, roles=[an_estimated_role(line_id=HOURS)]))


def more_hours(minutes: int = 600, line_id: UUID = HOURS) -> dict[str, Any]:
    """Describe more of the hours that are sold, or less."""
    return {"line_id": str(line_id), "minutes_delta": minutes}


def a_new_milestone(**different: Any) -> dict[str, Any]:
    """Describe a milestone that was not sold so far."""
    new = {"description": "Training held", "method": "fixed_fee_milestone", "amount_delta": "2500"}
    return {"line_id": str(NEW), **new, **different}


async def written(
    delivery: Delivery, project: dict[str, Any], *lines: dict[str, Any], **different: Any
) -> httpx2.Response:
    """Have Paula draft a change order."""
    body = {
        "project_id": project["id"],
        "title": "Two more sources",
        "reason": "The client found two more systems",
        "effective_on": "2026-03-16",
        "lines": list(lines),
        **different,
    }
    return await delivery.manager.put(f"/change-orders/{new_id()}", json=body)


async def drafted(delivery: Delivery, project: dict[str, Any], *lines: dict[str, Any], **different: Any) -> str:
    """Have Paula draft a change order; gives its path."""
    answer = await written(delivery, project, *lines, **different)
    assert answer.status_code == 201, answer.text
    return f"/change-orders/{answer.json()['id']}"


async def submitted(delivery: Delivery, project: dict[str, Any], *lines: dict[str, Any], **different: Any) -> str:
    """Have Paula put a change order before the client; gives its path."""
    path = await drafted(delivery, project, *lines, **different)
    assert (await delivery.manager.post(f"{path}/submission")).status_code == 200
    return path


async def rewritten_as(
    delivery: Delivery, path: str, *lines: dict[str, Any], etag: str | None = None
) -> httpx2.Response:
    """Have Paula write a draft anew."""
    seen = etag or (await delivery.manager.get(path)).headers["etag"]
    body = {"title": "Less", "reason": "Budget", "effective_on": "2026-04-01", "lines": list(lines)}
    return await delivery.manager.patch(path, json=body, headers={"If-Match": seen})


async def test_its_effect_is_seen_before_anybody_agrees(delivery: Delivery, project: dict[str, Any]) -> None:
    path = await drafted(delivery, project, more_hours(), a_new_milestone(), new_ends_before="2026-07-01")

    effect = (await delivery.manager.get(f"{path}/effect")).json()

    assert effect["before"] == {
        "minutes": 4_800,
        "price": "17600.00",
        "cost": "5600.00",
        "margin": "12000.00",
        "margin_share": "0.6818",
        "ends_before": "2026-06-01",
    }
    after = effect["after"]
    assert (after["minutes"], after["price"], after["cost"]) == (5_400, "21300.00", "6300.00")
    assert (after["margin"], after["margin_share"], after["ends_before"]) == ("15000.00", "0.7042", "2026-07-01")
    assert (await delivery.manager.get(f"{path}/effect")).json()["before"]["price"] == "17600.00"


async def test_what_the_client_agreed_to_is_delivered_and_told(delivery: Delivery, project: dict[str, Any]) -> None:
    hours: dict[str, Any] = {"line_id": str(new_id()), "description": "Data steward", "method": "time_and_materials"}
    hours |= {"staffing_role": "Steward", "minutes_delta": 960, "hourly_rate": "90", "hourly_cost": "50"}
    path = await submitted(delivery, project, more_hours(-600), a_new_milestone(), hours, new_ends_before="2026-07-01")

    approved = await delivery.manager.post(f"{path}/approval", json=AGREED)

    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    (told,) = await delivery.told(ChangeOrderApproved)
    assert (told.number, told.client_approver, str(told.new_ends_before)) == ("P-1001/C1", "Ms Berger", "2026-07-01")
    assert [(one.amount_delta, one.minutes_delta) for one in told.lines] == [
        (Decimal(-1_200), -600),
        (Decimal(2_500), None),
        (Decimal(1_440), 960),
    ]
    now = (await delivery.manager.get(f"/projects/{project['id']}")).json()
    assert now["ends_before"] == "2026-07-01"
    assert ("Training held", True) in {(one["name"], one["is_billed"]) for one in now["milestones"]}
    assert [one["minutes"] for one in now["tasks"] if one["name"] == "Data steward"] == [960]
    assert (await delivery.manager.get(f"{path}/effect")).json()["before"]["price"] == "20340.00"


async def test_what_was_decided_is_final(delivery: Delivery, project: dict[str, Any]) -> None:
    agreed = await submitted(delivery, project, more_hours())
    refused = await submitted(delivery, project, more_hours(60))
    no = {"client_approver": "Ms Berger", "rejected_on": "2026-03-09", "reason": "Too much"}
    await delivery.manager.post(f"{agreed}/approval", json=AGREED)
    rejected = await delivery.manager.post(f"{refused}/rejection", json=no)

    again = [await delivery.manager.post(f"{path}/approval", json=AGREED) for path in (agreed, refused)]
    undone = await delivery.manager.post(f"{agreed}/rejection", json=no)
    rewritten = await rewritten_as(delivery, agreed, more_hours(1))

    assert (rejected.json()["state"], rejected.json()["rejection_reason"]) == ("rejected", "Too much")
    assert [code_of(one) for one in (*again, undone)] == ["change_order_not_submitted"] * 3
    assert code_of(rewritten) == "change_order_not_draft"
    assert len(await delivery.told(ChangeOrderApproved)) == 1


async def test_a_draft_is_written_anew_and_nothing_of_it_stays(delivery: Delivery, project: dict[str, Any]) -> None:
    path = await drafted(delivery, project, more_hours(), a_new_milestone())

    again = await rewritten_as(delivery, path, more_hours(-60))
    late = await rewritten_as(delivery, path, more_hours(-90), etag='"1"')

    assert (again.status_code, again.json()["title"], again.json()["number"]) == (200, "Less", "P-1001/C1")
    assert late.status_code == 412
    read = (await delivery.manager.get(path)).json()
    assert [(one["minutes_delta"], one["amount_delta"]) for one in read["lines"]] == [(-60, "-120.00")]


@pytest.mark.parametrize(
    ("lines", "different", "code"),
    [
        ([], {}, "changes_nothing"),
        ([more_hours(-4_801)], {}, "takes_more_than_is_sold"),
        ([{"line_id": str(GO_LIVE), "amount_delta": "-8000.01"}], {}, "takes_more_than_is_sold"),
        ([more_hours(line_id=new_id())], {}, "new_line_incomplete"),
        ([a_new_milestone(amount_delta=None)], {}, "new_line_incomplete"),
        ([a_new_milestone(method="time_and_materials")], {}, "new_line_incomplete"),
        ([{**more_hours(), "method": "retainer"}], {}, "sold_otherwise"),
        ([more_hours(), more_hours()], {}, "line_twice"),
        ([], {"new_ends_before": "2026-03-02"}, "ends_before_it_starts"),
    ],
)
async def test_a_change_that_makes_no_sense_is_refused_and_changes_nothing(
    delivery: Delivery, project: dict[str, Any], lines: list[dict[str, Any]], different: dict[str, Any], *, code: str
) -> None:
    before = await delivery.digest()

    refused = await written(delivery, project, *lines, **different)

    assert code_of(refused) == code
    assert await delivery.digest() == before


async def test_two_orders_do_not_take_the_same_hours(delivery: Delivery, project: dict[str, Any]) -> None:
    first = await submitted(delivery, project, more_hours(-3_000))
    second = await submitted(delivery, project, more_hours(-3_000))
    await delivery.manager.post(f"{first}/approval", json=AGREED)

    late = await delivery.manager.post(f"{second}/approval", json=AGREED)
    future = await delivery.manager.post(f"{second}/approval", json={**AGREED, "approved_on": "2026-03-10"})

    assert [code_of(one) for one in (late, future)] == ["takes_more_than_is_sold", "agreed_in_future"]


async def test_only_the_manager_of_the_project_changes_it_and_who_sees_no_margin_sees_no_order(
    delivery: Delivery, project: dict[str, Any]
) -> None:
    path = await submitted(delivery, project, more_hours())
    stranger = delivery.as_(Role.PROJECT_MANAGER, subject="peter")

    foreign = await stranger.post(f"{path}/approval", json=AGREED)
    unasked = await delivery.consultant.post(f"{path}/approval", json=AGREED)

    assert [code_of(one) for one in (foreign, unasked)] == ["not_your_project", "not_permitted"]
    assert (await stranger.get(path)).status_code == 404
    assert code_of(await delivery.consultant.get(path)) == "not_permitted"
    assert (await delivery.as_(Role.AUDITOR).get(f"{path}/effect")).status_code == 200
    listed = (await delivery.manager.get(f"/change-orders?project_id={project['id']}")).json()["items"]
    assert [(one["number"], one["amount_delta"]) for one in listed] == [("P-1001/C1", "1200.00")]
