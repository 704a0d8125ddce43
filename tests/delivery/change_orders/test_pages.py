"""Change orders as people see them: written beside what is sold, seen in their effect, answered for good."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import httpx2
import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.delivery.change_orders.test_api import GO_LIVE, HOURS, project
from tests.support.api import code_of
from tests.support.delivery import Delivery

__all__ = ["project"]
BY_SCRIPT = {"hx-request": "true"}
NEW = UUID(int=0xC9)


@pytest.fixture
def paula(delivery: Delivery) -> httpx2.AsyncClient:
    """Paula at her browser."""
    return delivery.api.browser(Role.PROJECT_MANAGER, subject="paula")


def typed(**different: str) -> dict[str, str]:
    """Type ten hours more of what is sold, and a milestone that is new."""
    return {
        "title": "Two more sources",
        "reason": "The client found two more systems",
        "effective_on": "2026-03-16",
        f"lines/{HOURS}/minutes_delta": "+10",
        f"lines/{GO_LIVE}/amount_delta": "",
        f"lines/{NEW}/description": "Training held",
        f"lines/{NEW}/method": "fixed_fee_milestone",
        f"lines/{NEW}/amount_delta": "2,500",
        **different,
    }


async def drafted(paula: httpx2.AsyncClient, project: dict[str, Any], **different: str) -> str:
    """Have Paula draft it; gives its path."""
    answer = await paula.post(f"/change-orders/new/{project['id']}/{new_id()}", data=typed(**different))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removeprefix("/delivery")


async def test_it_is_written_beside_what_is_sold_and_its_effect_stands_before_the_answer(
    project: dict[str, Any], paula: httpx2.AsyncClient
) -> None:
    form = (await paula.get(f"/change-orders/new/{project['id']}")).text
    assert f'name="lines/{HOURS}/minutes_delta"' in form
    assert f'name="lines/{GO_LIVE}/amount_delta"' in form
    row = (await paula.get(f"/change-orders/rows/{project['id']}")).text
    assert re.search(r'name="lines/[0-9a-f-]{36}/description"', row)

    here = await drafted(paula, project)

    shown = (await paula.get(here)).text
    assert "€17,600.00" in shown
    assert "€21,300.00" in shown
    await paula.post(f"{here}/submission")
    assert "Did the client agree?" in (await paula.get(here)).text
    agreed = await paula.post(f"{here}/approval", data={"client_approver": "Ms Berger", "approved_on": "2026-03-09"})
    assert agreed.status_code == 303
    assert "Ms Berger" in (await paula.get(here)).text
    assert "Training held" in (await paula.get(f"/projects/{project['id']}")).text
    assert "Two more sources" in (await paula.get("/change-orders?state=approved")).text
    assert "Two more sources" not in (await paula.get("/change-orders?state=draft")).text


async def test_a_draft_is_written_anew_unless_somebody_else_did_so_meanwhile(
    project: dict[str, Any], paula: httpx2.AsyncClient
) -> None:
    here = await drafted(paula, project)
    form = (await paula.get(f"{here}/edit")).text
    [version] = re.findall(r'name="version" value="(\d+)"', form)
    assert 'value="10:00"' in form
    assert "Training held" in form

    anew = typed(title="Five more", **{f"lines/{HOURS}/minutes_delta": "-5", "version": version})
    assert (await paula.post(here, data=anew)).status_code == 303
    assert "Five more" in (await paula.get(here)).text
    assert code_of(await paula.post(here, data=anew, headers=BY_SCRIPT)) == "stale"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (f"lines/{HOURS}/minutes_delta", "-81", "takes_more_than_is_sold"),
        (f"lines/{HOURS}/minutes_delta", "many", "invalid_request"),
        (f"lines/{GO_LIVE}/amount_delta", "-9000", "takes_more_than_is_sold"),
        (f"lines/{NEW}/amount_delta", "", "new_line_incomplete"),
        ("title", "", "invalid_request"),
        ("new_ends_before", "2020-01-01", "ends_before_it_starts"),
    ],
)
async def test_what_does_not_fit_is_refused_beside_its_field_and_changes_nothing(
    delivery: Delivery, project: dict[str, Any], paula: httpx2.AsyncClient, field: str, *, value: str, code: str
) -> None:
    before = await delivery.digest()

    path = f"/change-orders/new/{project['id']}/{new_id()}"
    refused = await paula.post(path, data=typed(**{field: value}), headers=BY_SCRIPT)

    assert (code_of(refused), refused.json()["errors"][0]["pointer"]) == (code, f"#/body/{field}")
    assert await delivery.digest() == before


async def test_only_the_manager_writes_them_and_who_may_not_see_margin_sees_none(
    delivery: Delivery, project: dict[str, Any], paula: httpx2.AsyncClient
) -> None:
    here = await drafted(paula, project)
    peter = delivery.api.browser(Role.PROJECT_MANAGER, subject="peter")
    controller = delivery.api.browser(Role.CONTROLLER)
    carla = delivery.api.browser(Role.CONSULTANT, subject="carla")

    foreign = await peter.post(f"/change-orders/new/{project['id']}/{new_id()}", data=typed(), headers=BY_SCRIPT)

    assert code_of(foreign) == "not_your_project"
    assert (await peter.get(here)).status_code == 404
    assert "Two more sources" not in (await peter.get("/change-orders")).text
    assert "Put before the client" not in (await controller.get(here)).text.split("<dl")[0]
    assert "Two more sources" in (await controller.get("/change-orders")).text
    assert (await carla.get("/change-orders")).status_code == 403
