"""Calendars at a browser: one week for one person or for many, and what it leaves to public holidays."""

from __future__ import annotations

import re

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import BY_SCRIPT, code_of, seen, undone
from tests.support.resourcing import Resourcing, a_person

FOUR_DAYS = {
    **{"starts_on": "2026-04-01", "country": "DE", "region": "BY"},
    **{f"week/{day}": "7:30" for day in ("monday", "tuesday", "wednesday", "thursday")},
}


async def test_several_people_get_one_week_and_a_calendar_from_the_same_day_gives_way(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        anna, bela = await a_person(work, "Anna Berg"), await a_person(work, "Bela Blum", week=None)
    ruth = resourcing.api.browser(Role.RESOURCE_MANAGER)

    without = await seen(ruth, "/calendars?missing=true")
    assert "Bela Blum" in without and "Anna Berg" not in without
    form = await seen(ruth, f"/calendars/new?id={anna}&id={bela}")
    assert "Anna Berg" in form and "Bela Blum" in form and "Bayern (BY)" in form
    both = {**FOUR_DAYS, "person_ids/0": str(anna), "person_ids/1": str(bela)}
    assert (await ruth.post("/calendars", data=both, headers=BY_SCRIPT)).status_code == 204
    longer = {**FOUR_DAYS, "person_ids/0": str(bela), "week/friday": "4"}
    one = await ruth.post("/calendars", data=longer, headers=BY_SCRIPT)
    assert one.headers["hx-redirect"] == f"/resourcing/people/{bela}"

    rows = await resourcing.rows("work_calendars")
    kept = [(row["person_id"], str(row["starts_on"]), row["minutes_by_weekday"]) for row in rows]
    assert (anna, "2026-04-01", [450, 450, 450, 450, 0, 0, 0]) in kept
    assert [week for person, _, week in kept if person == bela] == [[450, 450, 450, 450, 240, 0, 0]]
    assert "3 Apr Good Friday" in await seen(ruth, f"/people/{anna}/calendar")


async def test_what_is_wrong_stands_beside_its_field_and_nobody_gets_half_of_it(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        anna = await a_person(work)
    ada, before = resourcing.api.browser(Role.ADMINISTRATOR), await resourcing.digest()
    own = {**FOUR_DAYS, "person_ids/0": str(anna)}

    for field, said in {
        "week/monday": {"week/monday": "25"},
        "week/tuesday": {"week/tuesday": "-1"},
        "region": {"region": "XX"},
        "country": {"country": "QQ"},
    }.items():
        refused = await ada.post("/calendars", data={**own, **said}, headers=BY_SCRIPT)
        assert refused.json()["errors"][0]["pointer"] == f"#/body/{field}", refused.text
    unknown = await ada.post("/calendars", data={**own, "person_ids/1": str(new_id())}, headers=BY_SCRIPT)
    assert (unknown.status_code, code_of(unknown)) == (404, "no_such_person")
    refused = await resourcing.api.browser(Role.PROJECT_MANAGER).post("/calendars", data=own, headers=BY_SCRIPT)
    assert refused.status_code == 403

    assert await resourcing.digest() == before


async def test_a_region_is_chosen_among_those_of_its_country(resourcing: Resourcing) -> None:
    ruth = resourcing.api.browser(Role.RESOURCE_MANAGER)

    assert "Bayern (BY)" in await seen(ruth, "/calendars/regions?country=DE")
    assert "Bayern" not in await seen(ruth, "/calendars/regions?country=PL")
    assert "Nobody is chosen" in await seen(ruth, "/calendars/new")


async def test_leave_begins_with_the_latest_but_what_waits_is_decided_in_its_order(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        anna = await a_person(work, subject="anna")
    for day in ("2026-04-01", "2026-06-01", "2026-05-04"):
        asked = {"starts_on": day, "ends_before": f"{day[:-1]}9"}
        await resourcing.as_(Role.CONSULTANT, subject="anna").put(f"/time-off/{new_id()}", json=asked)
    ruth = resourcing.api.browser(Role.RESOURCE_MANAGER)
    starts = re.compile(r">(1 Apr|4 May|1 Jun) 2026<")

    waiting, everybody, of_anna = [
        starts.findall(await seen(ruth, path))
        for path in ("/time-off?status=requested", "/time-off", f"/people/{anna}/calendar")
    ]

    assert waiting == ["1 Apr", "4 May", "1 Jun"]
    assert everybody == of_anna == ["1 Jun", "4 May", "1 Apr"]


async def test_the_last_calendars_are_taken_back_by_whoever_set_them_unless_others_were_set_since(
    resourcing: Resourcing,
) -> None:
    async with resourcing.work() as work:
        people = {"person_ids/0": str(await a_person(work)), "person_ids/1": str(await a_person(work, week=None))}
    ruth, ada = (resourcing.api.browser(Role.RESOURCE_MANAGER, subject=login) for login in ("ruth", "ada"))
    before = await weeks(resourcing)

    first = await ruth.post("/calendars", data={**FOUR_DAYS, **people}, headers=BY_SCRIPT)
    four_days = await weeks(resourcing)
    second = await ada.post("/calendars", data={**FOUR_DAYS, **people, "week/friday": "4"}, headers=BY_SCRIPT)
    for browser, change in ((ruth, first), (ruth, second)):
        refused = await undone(browser, change)
        assert (refused.status_code, code_of(refused)) == (409, "calendars_changed_since")
    assert (await undone(ada, second)).status_code == 204
    assert await weeks(resourcing) == four_days
    assert (await undone(ruth, first)).headers["hx-redirect"] == "/resourcing/calendars"

    assert await weeks(resourcing) == before
    assert (await undone(ruth, first)).status_code == 409
    assert (await undone(resourcing.api.browser(Role.CONSULTANT, subject="ruth"), first)).status_code == 403


async def weeks(resourcing: Resourcing) -> list[tuple[str, ...]]:
    """Who works how, from when on."""
    rows = await resourcing.rows("work_calendars")
    return sorted(tuple(str(row[name]) for name in ("id", "person_id", "starts_on", "region")) for row in rows)
