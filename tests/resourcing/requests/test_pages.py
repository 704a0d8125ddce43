"""Demand at a browser: what projects and deals want, by month and role, against what people can give."""

from __future__ import annotations

import re
from datetime import date

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import seen
from tests.support.resourcing import Resourcing, a_person, a_project_opened, a_staffing_request

HALF_A_YEAR = "starts_on=2026-03-01"
HOURS = re.compile(r'"data": (\[[^\]]*\]),')


async def one_analyst_for_two(resourcing: Resourcing) -> None:
    """A project wants 440 hours of Analysts in March and April, and somebody whom nobody is; one Analyst is there."""
    project = new_id()
    await resourcing.hear(a_project_opened(project))
    two_months = {"starts_on": date(2026, 3, 2), "ends_before": date(2026, 5, 1)}
    await resourcing.hear(a_staffing_request(project, role="Analyst", minutes=26_400, **two_months))  # type: ignore[arg-type]
    await resourcing.hear(a_staffing_request(project, role="Welder", minutes=600))
    async with resourcing.work() as work:
        await a_person(work, roles=("Analyst",))


async def test_demand_stands_beside_capacity_and_says_where_people_are_missing(resourcing: Resourcing) -> None:
    await one_analyst_for_two(resourcing)
    ruth = resourcing.api.browser(Role.RESOURCE_MANAGER)

    shown = await seen(ruth, f"/demand?{HALF_A_YEAR}")

    assert "220\N{NO-BREAK SPACE}h wanted, 176\N{NO-BREAK SPACE}h there" in shown
    assert "people are missing" in shown and "nobody" in shown
    [projects, pipeline, capacity] = HOURS.findall(await seen(ruth, f"/demand?{HALF_A_YEAR}&role=Analyst"))
    assert (projects, pipeline) == ("[220.0, 220.0, 0.0, 0.0, 0.0, 0.0]", "[0.0, 0.0, 0.0, 0.0, 0.0, 0.0]")
    assert capacity.startswith("[176.0, 160.0")


async def test_the_file_has_a_row_for_each_role_and_month(resourcing: Resourcing) -> None:
    await one_analyst_for_two(resourcing)

    file = await resourcing.api.browser(Role.SALES_MANAGER).get(f"/demand?{HALF_A_YEAR}&as=csv")

    rows = file.text.splitlines()
    assert len(rows) == 1 + 2 * 6
    assert rows[1] == "2026-03-01,Analyst,220.00,0.00,176.00,44.00"


async def test_who_may_not_see_demand_is_refused_and_who_sees_no_requests_gets_no_link_to_them(
    resourcing: Resourcing,
) -> None:
    await one_analyst_for_two(resourcing)

    assert (await resourcing.api.browser(Role.CONSULTANT).get("/demand")).status_code == 403
    assert "/resourcing/requests" in await seen(resourcing.api.browser(Role.PROJECT_MANAGER), "/demand")
    table = (await seen(resourcing.api.browser(Role.SALES_MANAGER), "/demand")).split("<tbody>")[-1]
    assert "/resourcing/requests" not in table
