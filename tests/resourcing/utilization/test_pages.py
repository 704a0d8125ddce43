"""Utilization at a browser: everybody over time, what counts, and the same figures as a file."""

from __future__ import annotations

import re
from datetime import date

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import BY_SCRIPT, seen
from tests.support.resourcing import Resourcing, a_person, a_project_opened, an_approved_timesheet, an_entry

TWO_WEEKS = "starts_on=2026-03-02&ends_before=2026-03-15"
CHART = re.compile(r'"data": (\[[^\]]*\]), "name": "([^"]+)"')


async def lines_of(resourcing: Resourcing, query: str) -> dict[str, str]:
    """The lines of the chart, by name."""
    shown = await seen(resourcing.api.browser(Role.CONTROLLER), f"/utilization?{query}")
    return {name: data for data, name in CHART.findall(shown)}


async def two_practices(resourcing: Resourcing) -> None:
    """Anna of Data has worked half of her first week, Bela of Cloud all of his second."""
    async with resourcing.work() as work:
        anna = await a_person(work, "Anna Berg", practice="Data")
        bela = await a_person(work, "Bela Blum", practice="Cloud")
    await resourcing.hear(an_approved_timesheet(anna, an_entry(anna, 1_200)))
    await resourcing.hear(an_approved_timesheet(bela, an_entry(bela, 2_400, day=date(2026, 3, 10))))


async def test_everybody_is_drawn_week_by_week_and_beside_them_each_practice(resourcing: Resourcing) -> None:
    await two_practices(resourcing)

    assert await lines_of(resourcing, TWO_WEEKS) == {
        "Everybody": "[0.25, 0.5]",
        "Data": "[0.5, 0.0]",
        "Cloud": "[0.0, 1.0]",
    }
    assert await lines_of(resourcing, f"{TWO_WEEKS}&practice=Data") == {"Everybody": "[0.5, 0.0]"}
    by_month = "starts_on=2026-01-15&ends_before=2026-06-14"
    assert (await lines_of(resourcing, by_month))["Data"].count(",") == 5, "six months begin in it"


async def test_the_whole_of_it_is_more_than_a_page_of_people(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        for number in range(51):
            await a_person(work, f"Person {number:02}")
    ruth = resourcing.api.browser(Role.RESOURCE_MANAGER)

    shown = await seen(ruth, f"/utilization?{TWO_WEEKS}")
    file = await ruth.get(f"/utilization?{TWO_WEEKS}&as=csv")

    assert "4,080\N{NO-BREAK SPACE}h" in shown, "51 people with 80 hours each"
    assert "Person 49" in shown and "Person 50" not in shown
    rows = file.text.splitlines()
    assert (len(rows), rows[-1]) == (52, "Person 50,Data,0.00,0.00,0.00,0.00,0.00,80.00")


async def test_what_counts_is_chosen_for_a_project_and_shows_at_once(resourcing: Resourcing) -> None:
    training, empty = new_id(), new_id()
    for project in (training, empty):
        await resourcing.hear(a_project_opened(project))
    async with resourcing.work() as work:
        anna = await a_person(work)
    await resourcing.hear(an_approved_timesheet(anna, an_entry(anna, 960, billable=False), project_id=training))
    await resourcing.hear(an_approved_timesheet(anna, an_entry(anna), project_id=empty))
    ruth = resourcing.api.browser(Role.RESOURCE_MANAGER)

    shown = await seen(ruth, "/utilization/treatments")
    [_, row] = (await ruth.get("/utilization/treatments?as=csv")).text.splitlines()
    assert row.split(",")[-2:] == ["16.00", "Plain"], "hours, and how they count"
    assert f"/utilization/treatments/{training}" in shown and str(empty) not in shown
    for_reading = await seen(resourcing.api.browser(Role.AUDITOR), "/utilization/treatments")
    assert str(training) in for_reading and 'name="treatment"' not in for_reading
    address, credited = f"/utilization/treatments/{training}", {"treatment": "credited"}
    assert (await ruth.post(address, data=credited, headers=BY_SCRIPT)).status_code == 204

    assert '<option value="credited" selected>' in await seen(ruth, "/utilization/treatments")
    assert (await lines_of(resourcing, "starts_on=2026-03-02&ends_before=2026-03-08"))["Everybody"] == "[0.6]"


async def test_a_time_that_ends_before_it_begins_is_refused_and_so_is_who_may_not_set_what_counts(
    resourcing: Resourcing,
) -> None:
    before = await resourcing.digest()

    ruth = resourcing.api.browser(Role.RESOURCE_MANAGER)
    refused = await ruth.get("/utilization?starts_on=2026-03-02&ends_before=2026-02-27", headers=BY_SCRIPT)
    assert refused.json()["errors"][0]["pointer"] == "#/query/ends_before", refused.text
    for role in (Role.CONTROLLER, Role.AUDITOR, Role.PROJECT_MANAGER):
        somebody = resourcing.api.browser(role)
        chosen = {"treatment": "plain"}
        answer = await somebody.post(f"/utilization/treatments/{new_id()}", data=chosen, headers=BY_SCRIPT)
        assert answer.status_code == 403, role

    assert await resourcing.digest() == before
