"""Ranking people for a request over HTTP."""

from datetime import timedelta

from shared.actor import Role
from shared.ids import new_id
from tests.support.resourcing import (
    FRIDAY,
    Resourcing,
    a_person,
    a_project_opened,
    a_staffing_request,
    an_approved_timesheet,
    an_entry,
    book_on,
    leave_of,
)

PYTHON = {"python": 2}


async def a_firm(resourcing: Resourcing) -> str:
    """Four people who fit a request, and one who falls out on each of skill, leave, overbooking and cost."""
    project, earlier, alpenglow = new_id(), new_id(), new_id()
    for one in (project, earlier):
        await resourcing.hear(a_project_opened(one, account_id=alpenglow))
    async with resourcing.work() as work:
        await a_person(work, "Anna fits", skills={"python": 3})
        known = await a_person(work, "Berta knows the client", skills=PYTHON)
        await a_person(work, "Cleo costs little", skills=PYTHON, cost="60.00")
        await a_person(work, "Dora fits in another role", skills=PYTHON, roles=("Architect", "Consultant"))
        await a_person(work, "Emil lacks the skill", skills={"python": 1})
        away = await a_person(work, "Fred is away", skills=PYTHON)
        busy = await a_person(work, "Gerd is busy", skills=PYTHON)
        await a_person(work, "Hans costs too much", skills=PYTHON, cost="95.00")
        await leave_of(work, away, FRIDAY, FRIDAY + timedelta(days=1))
        await book_on(work, busy, earlier, 300)
    await resourcing.hear(an_approved_timesheet(known, an_entry(known), project_id=earlier))
    request = a_staffing_request(project, skills=PYTHON)
    await resourcing.hear(request)
    return f"/requests/{request.request_id}/candidates"


async def test_eight_people_are_ranked_and_each_who_falls_out_is_shown_with_why(resourcing: Resourcing) -> None:
    address = await a_firm(resourcing)

    ranking = (await resourcing.as_(Role.RESOURCE_MANAGER).get(address)).json()

    assert ranking["considered"] == 8
    assert [one["name"] for one in ranking["candidates"]] == [
        "Anna fits",
        "Berta knows the client",
        "Cleo costs little",
        "Dora fits in another role",
    ]
    fallen = {one["name"]: [why["obstacle"] for why in one["obstructions"]] for one in ranking["fallen_out"]}
    assert fallen == {
        "Emil lacks the skill": ["skill_missing"],
        "Fred is away": ["on_leave"],
        "Gerd is busy": ["overbooked"],
        "Hans costs too much": ["cost_above_limit"],
    }
    berta = ranking["candidates"][1]
    assert {one["aspect"]: one["score"] for one in berta["parts"]}["continuity"] == "0.60"
    assert all(part["reason"] for one in ranking["candidates"] + ranking["fallen_out"] for part in one["parts"])


async def test_the_list_is_as_long_as_asked(resourcing: Resourcing) -> None:
    address = await a_firm(resourcing)

    ranking = (await resourcing.as_(Role.CONTROLLER).get(address, params={"limit": 1})).json()

    assert (len(ranking["candidates"]), len(ranking["fallen_out"]), ranking["considered"]) == (1, 1, 8)
