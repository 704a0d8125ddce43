"""People see how far their own jobs are, and nobody else's."""

import pytest

from services.crm.service import service
from shared.actor import Role
from shared.ids import new_id
from tests.shared.jobs.conftest import NORTHSTAR, Desk, finish
from tests.support.api import MERIDIAN, Api, api, code_of


@pytest.fixture
def crm(desk: Desk) -> Api:
    """Give crm over HTTP."""
    return api(service, desk.database)


async def test_whoever_started_a_job_sees_how_far_it_is(desk: Desk, crm: Api) -> None:
    job_id = await desk.ask(tenant=MERIDIAN, by="anna", total=3)
    await desk.runner().step()

    answer = await crm.as_(Role.SALES_REP, subject="anna").get(f"/jobs/{job_id}")

    assert answer.json() == {
        "id": str(job_id),
        "kind": "test.print",
        "state": "running",
        "done": 1,
        "total": 3,
        "result": None,
        "error": None,
    }
    await finish(desk.runner())
    ended = (await crm.as_(Role.SALES_REP, subject="anna").get(f"/jobs/{job_id}")).json()
    assert (ended["state"], ended["result"]) == ("done", {"pages": 3})


async def test_a_job_of_somebody_else_is_not_found(desk: Desk, crm: Api) -> None:
    job_id = await desk.ask(tenant=MERIDIAN, by="anna")
    strangers = (
        crm.as_(Role.ADMINISTRATOR, subject="bert"),
        crm.as_(Role.SALES_REP, subject="anna", tenant=NORTHSTAR),
    )

    for stranger in strangers:
        answer = await stranger.get(f"/jobs/{job_id}")
        assert (answer.status_code, code_of(answer)) == (404, "no_such_job")
    answer = await crm.as_(Role.SALES_REP, subject="anna").get(f"/jobs/{new_id()}")
    assert (answer.status_code, code_of(answer)) == (404, "no_such_job")


async def test_nobody_sees_a_job_without_having_logged_in(desk: Desk, crm: Api) -> None:
    job_id = await desk.ask(tenant=MERIDIAN)

    assert (await crm.anonymous.get(f"/jobs/{job_id}")).status_code == 401
