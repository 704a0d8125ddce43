"""People at a browser: added, described anew, with skills, cost and staffing roles."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import BY_SCRIPT, HTML, code_of, seen, undone
from tests.support.resourcing import HIRED, Resourcing, a_person

BERTA = {"name": "Berta Braun", "employed_from": "2026-03-01", "staffing_roles/0": "Consultant"}


async def anna(resourcing: Resourcing, **different: object) -> UUID:
    async with resourcing.work() as work:
        return await a_person(work, **different)  # type: ignore[arg-type]


async def test_somebody_is_added_and_described_anew_with_their_last_day_as_people_name_it(
    resourcing: Resourcing,
) -> None:
    boss, berta = await anna(resourcing, name="Bella Boss"), new_id()
    ruth, here = resourcing.api.browser(Role.RESOURCE_MANAGER), f"/people/{berta}"

    assert "Bella Boss" in await seen(ruth, "/people/new")
    added = await ruth.post(here, data=BERTA, headers=BY_SCRIPT)
    assert added.headers["hx-redirect"] == f"/resourcing{here}"
    more = {"staffing_roles/1": "Consultant", "manager_id": str(boss), "employed_until": "2026-12-31", "version": "1"}
    changed = await ruth.post(here, data={**BERTA, **more}, headers=BY_SCRIPT)
    assert changed.status_code == 204

    row = next(one for one in await resourcing.rows("people") if one["id"] == berta)
    assert (str(row["employed_until"]), row["staffing_roles"], row["manager_id"]) == (
        "2027-01-01",
        ["Consultant"],
        boss,
    )
    page = await seen(ruth, here)
    assert "31 Dec 2026" in page and "Bella Boss" in page
    stale = await ruth.post(here, data={**BERTA, **more}, headers=BY_SCRIPT)
    assert (stale.status_code, code_of(stale)) == (412, "stale")


async def test_what_is_wrong_with_a_person_stands_beside_its_field_and_changes_nothing(resourcing: Resourcing) -> None:
    await anna(resourcing, subject="anna")
    ada, before = resourcing.api.browser(Role.ADMINISTRATOR), await resourcing.digest()
    wrong = {
        "employed_until": {"employed_until": "2026-02-27"},
        "staffing_roles": {"staffing_roles/1": "Wizard"},
        "subject_id": {"subject_id": "anna"},
        "name": {"name": ""},
    }

    for field, said in wrong.items():
        refused = await ada.post(f"/people/{new_id()}", data={**BERTA, **said}, headers=BY_SCRIPT)
        assert refused.json()["errors"][0]["pointer"] == f"#/body/{field}", refused.text

    assert await resourcing.digest() == before


async def test_who_comes_later_and_who_left_is_found_among_everybody(resourcing: Resourcing) -> None:
    ruth = resourcing.api.browser(Role.RESOURCE_MANAGER)
    await anna(resourcing, name="Gone Girl", until=HIRED.replace(month=6))
    await ruth.post(f"/people/{new_id()}", data={"name": "Nina New", "employed_from": "2026-05-01"}, headers=BY_SCRIPT)

    assert not [one for one in ("Nina New", "Gone Girl") if one in await seen(ruth, "/people")]
    everybody = await seen(ruth, "/people?all=true")
    assert "Nina New" in everybody and "from 1 May 2026" in everybody
    assert "Gone Girl" in everybody and "left" in everybody


async def test_a_skill_is_added_assessed_anew_and_the_assessment_undone(resourcing: Resourcing) -> None:
    here = f"/people/{await anna(resourcing)}/skills"
    ruth = resourcing.api.browser(Role.RESOURCE_MANAGER)
    known = {"skill": "CI/CD", "level": "2", "assessed_on": "2026-01-10"}

    assert (await ruth.post(here, data=known, headers=BY_SCRIPT)).status_code == 204
    twice = await ruth.post(here, data=known, headers=BY_SCRIPT)
    assert (twice.status_code, code_of(twice)) == (409, "already_exists")
    assert 'value="2026-03-02"' in await seen(ruth, f"{here}/form?skill=CI%2FCD")
    better = {"skill": "CI/CD", "level": "3", "assessed_on": "2026-03-02"}
    assessed = await ruth.post(f"{here}/assessment", data=better, headers=BY_SCRIPT)
    (skill,) = await resourcing.rows("person_skills")
    assert (skill["level"], str(skill["assessed_on"])) == (3, "2026-03-02")

    await undone(ruth, assessed)
    (skill,) = await resourcing.rows("person_skills")
    assert (skill["level"], str(skill["assessed_on"])) == (2, "2026-01-10")


async def test_a_cost_rate_follows_the_one_before_and_only_those_who_may_see_cost_see_it(
    resourcing: Resourcing,
) -> None:
    here = f"/people/{await anna(resourcing, cost='80.00')}"
    ruth = resourcing.api.browser(Role.RESOURCE_MANAGER)
    dearer = {"hourly_cost": "1.084,50", "currency": "EUR", "starts_on": "2026-04-01", "ends_before": "2026-06-30"}

    german = {**BY_SCRIPT, "accept-language": "de"}
    assert (await ruth.post(f"{here}/cost-rates/{new_id()}", data=dearer, headers=german)).status_code == 204
    first, second = sorted(await resourcing.rows("cost_rates"), key=lambda one: one["starts_on"])
    assert (str(first["ends_before"]), str(second["ends_before"])) == ("2026-04-01", "2026-07-01")
    assert second["hourly_cost"] == Decimal("1084.50")
    assert "€1,084.50" in await seen(ruth, here) and "Set a cost rate" in await seen(ruth, here)

    clashing = await ruth.post(f"{here}/cost-rates/{new_id()}", data=dearer, headers=german)
    assert clashing.json()["errors"][0]["pointer"] == "#/body/starts_on"
    controller = await seen(resourcing.api.browser(Role.CONTROLLER), here)
    assert "€1,084.50" in controller and "Set a cost rate" not in controller
    ada = resourcing.api.browser(Role.ADMINISTRATOR)
    assert "€" not in await seen(ada, here)
    assert (await ada.post(f"{here}/cost-rates/{new_id()}", data=dearer, headers=german)).status_code == 403


async def test_a_staffing_role_is_added_and_counts_who_does_it_today(resourcing: Resourcing) -> None:
    await anna(resourcing, roles=("Consultant",))
    await anna(resourcing, name="Gone Girl", until=HIRED.replace(month=6))
    ada = resourcing.api.browser(Role.ADMINISTRATOR)
    architect = {"name": "Architect", "description": "Draws the big picture"}

    assert (await ada.post(f"/staffing-roles/{new_id()}", data=architect, headers=BY_SCRIPT)).status_code == 204
    twice = await ada.post(f"/staffing-roles/{new_id()}", data=architect, headers=BY_SCRIPT)
    assert (twice.status_code, code_of(twice)) == (409, "staffing_role_exists")
    page = await seen(ada, "/staffing-roles")
    assert "Draws the big picture" in page
    assert page.index('<td class="num">0</td>') < page.index('<td class="num">1</td>')


async def test_nobody_else_is_offered_or_does_any_of_it(resourcing: Resourcing) -> None:
    person = await anna(resourcing, skills={"python": 3})
    before = await resourcing.digest()
    skill = {"skill": "python", "level": "1", "assessed_on": "2026-03-02"}

    for role in set(Role) - {Role.RESOURCE_MANAGER, Role.ADMINISTRATOR}:
        browser = resourcing.api.browser(role)
        for path in ("/people/new", f"/people/{person}/edit", f"/people/{person}/skills/form", "/staffing-roles"):
            assert (await browser.get(path, headers=HTML)).status_code in (403, 404), (role, path)
        for path, said in (
            (f"/people/{new_id()}", BERTA),
            (f"/people/{person}/skills", skill),
            (f"/people/{person}/skills/assessment", skill),
            (f"/staffing-roles/{new_id()}", {"name": "Wizard"}),
        ):
            refused = await browser.post(path, data=said, headers=BY_SCRIPT)
            assert refused.status_code in (403, 404), (role, path, refused.text)
    manager = await seen(resourcing.api.browser(Role.PROJECT_MANAGER), f"/people/{person}")
    assert '<th scope="row">Python</th>' in manager
    assert not [one for one in ("Edit", "Add a skill", "Assess anew") if f">{one}<" in manager]

    assert await resourcing.digest() == before
