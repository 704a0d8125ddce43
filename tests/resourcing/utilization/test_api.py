"""Utilization over HTTP, from approved time."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.actor import Role
from shared.contracts.delivery import ApprovedEntry, TimeCorrected
from shared.ids import new_id
from tests.support.resourcing import MORNING, Resourcing, a_person, an_approved_timesheet, an_entry

WEEK = {"starts_on": "2026-03-02", "ends_before": "2026-03-09"}


async def figure(resourcing: Resourcing) -> dict[str, Any]:
    answer = (await resourcing.as_(Role.RESOURCE_MANAGER).get("/utilization", params=WEEK)).json()
    [one] = answer["items"]
    return dict(one)


def a_correction(person: UUID, project: UUID, *entries: ApprovedEntry) -> TimeCorrected:
    return TimeCorrected(
        correction_id=new_id(),
        project_id=project,
        person_id=person,
        reason="wrong project",
        corrected_by="petra",
        corrected_at=MORNING,
        entries=list(entries),
    )


async def test_approved_time_counts_once_and_corrections_take_back(resourcing: Resourcing) -> None:
    project = new_id()
    async with resourcing.work() as work:
        anna = await a_person(work)
    entry = an_entry(anna, 480)
    approved = an_approved_timesheet(anna, entry, an_entry(anna, 720), project_id=project)
    taken_back = an_entry(anna, -480).model_copy(update={"corrects_entry_id": entry.entry_id})
    corrected = a_correction(anna, project, taken_back, an_entry(anna, 240))

    await resourcing.hear(corrected)
    for _ in range(2):
        await resourcing.hear(approved)
    await resourcing.hear(corrected)

    seen = await figure(resourcing)
    assert (seen["billable_minutes"], seen["available_minutes"]) == (960, 2_400)
    assert seen["utilization"] == "0.4000"


async def test_a_newer_version_of_an_entry_takes_the_place_of_the_older(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        anna = await a_person(work)
    entry = an_entry(anna, 480)
    newer = entry.model_copy(update={"version": 2, "minutes": 120})

    await resourcing.hear(an_approved_timesheet(anna, newer))
    await resourcing.hear(an_approved_timesheet(anna, entry))

    assert (await figure(resourcing))["billable_minutes"] == 120


async def test_time_that_is_not_billable_counts_as_the_project_is_treated(resourcing: Resourcing) -> None:
    project = new_id()
    async with resourcing.work() as work:
        anna = await a_person(work)
    approved = an_approved_timesheet(anna, an_entry(anna, 960), an_entry(anna, 480, billable=False), project_id=project)
    await resourcing.hear(approved)
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)
    seen = {}
    for treatment in ("plain", "credited", "excluded"):
        await ruth.post(f"/projects/{project}/utilization-treatment", json={"treatment": treatment})
        seen[treatment] = (await figure(resourcing))["utilization"]

    assert seen == {"plain": "0.4000", "credited": "0.6000", "excluded": "0.5000"}


async def test_the_figure_shows_its_formula_and_every_part(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        await a_person(work)

    answer = (await resourcing.as_(Role.CONTROLLER).get("/utilization", params=WEEK)).json()

    assert answer["formula"] == "(billable + credited) / (calendar - excluded)"
    [one] = answer["items"]
    assert one["available_minutes"] == one["calendar_minutes"] - one["excluded_minutes"] == 2_400
    assert one["utilization"] == "0.0000"


async def test_people_are_listed_by_name_page_by_page_while_employed(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        for name in ("Cleo", "Anna", "Berta"):
            await a_person(work, name)
        await a_person(work, "Gone", until=date(2026, 1, 1))
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)

    first = (await ruth.get("/utilization", params={**WEEK, "limit": 2})).json()
    rest = (await ruth.get("/utilization", params={**WEEK, "limit": 2, "cursor": first["next"]})).json()

    assert [one["name"] for one in first["items"] + rest["items"]] == ["Anna", "Berta", "Cleo"]
