"""People over HTTP."""

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.resourcing import Resourcing, a_person

BERTA = {"name": "Berta Falk", "employed_from": "2026-01-01"}


async def test_a_person_is_added_once_however_often_it_is_asked(resourcing: Resourcing) -> None:
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)
    address = f"/people/{new_id()}"

    first = await ruth.put(address, json=BERTA)
    again = await ruth.put(address, json=BERTA)
    other = await ruth.put(address, json={**BERTA, "name": "Berta Falk-Lind"})

    assert (first.status_code, again.json()) == (201, first.json())
    assert (other.status_code, code_of(other)) == (409, "already_exists")
    assert await resourcing.announced() == ["person.changed"]


async def test_a_person_is_changed_by_whoever_has_seen_the_newest_state(resourcing: Resourcing) -> None:
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)
    address = f"/people/{new_id()}"
    added = await ruth.put(address, json={**BERTA, "email": "berta@meridian.test"})

    blind = await ruth.patch(address, json={"grade": "Senior"})
    changed = await ruth.patch(address, json={"grade": "Senior"}, headers={"if-match": added.headers["etag"]})
    late = await ruth.patch(address, json={"grade": "Junior"}, headers={"if-match": added.headers["etag"]})

    assert (blind.status_code, code_of(blind)) == (422, "version_required")
    assert changed.status_code == 200
    assert (changed.json()["grade"], changed.json()["email"]) == ("Senior", "berta@meridian.test")
    assert (late.status_code, code_of(late)) == (412, "stale")


async def test_a_staffing_role_must_be_known(resourcing: Resourcing) -> None:
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)
    berta = {**BERTA, "staffing_roles": ["Consultant"]}

    refused = await ruth.put(f"/people/{new_id()}", json=berta)
    await ruth.put(f"/staffing-roles/{new_id()}", json={"name": "Consultant"})
    twice = await ruth.put(f"/staffing-roles/{new_id()}", json={"name": "Consultant"})
    added = await ruth.put(f"/people/{new_id()}", json=berta)

    assert (refused.status_code, code_of(refused)) == (422, "unknown_staffing_role")
    assert (twice.status_code, code_of(twice)) == (409, "staffing_role_exists")
    assert added.status_code == 201
    assert [role["name"] for role in (await ruth.get("/staffing-roles")).json()["items"]] == ["Consultant"]


async def test_a_log_in_belongs_to_one_person(resourcing: Resourcing) -> None:
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)
    await ruth.put(f"/people/{new_id()}", json={**BERTA, "subject_id": "berta"})

    refused = await ruth.put(f"/people/{new_id()}", json={**BERTA, "subject_id": "berta"})

    assert (refused.status_code, code_of(refused)) == (409, "log_in_taken")


async def test_a_consultant_sees_their_own_record_only(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        anna = await a_person(work, "Anna Berg", subject="anna")
        berta = await a_person(work, "Berta Falk", subject="berta")
    consultant = resourcing.as_(Role.CONSULTANT, subject="anna")

    listed = (await consultant.get("/people")).json()["items"]
    other = await consultant.get(f"/people/{berta}")

    assert [person["id"] for person in listed] == [str(anna)]
    assert (other.status_code, code_of(other)) == (404, "no_such_person")


async def test_people_are_listed_by_name_page_by_page(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        for name in ("Cleo", "Anna", "Berta"):
            await a_person(work, name, skills={"python": 2} if name != "Anna" else {})
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)

    first = (await ruth.get("/people", params={"limit": 2})).json()
    rest = (await ruth.get("/people", params={"limit": 2, "cursor": first["next"]})).json()
    skilled = (await ruth.get("/people", params={"skill": "python"})).json()

    assert [one["name"] for one in first["items"] + rest["items"]] == ["Anna", "Berta", "Cleo"]
    assert rest["next"] is None
    assert [one["name"] for one in skilled["items"]] == ["Berta", "Cleo"]


async def test_a_skill_is_recorded_and_assessed_again(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        anna = await a_person(work)
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)
    address = f"/people/{anna}/skills/python"

    await ruth.put(address, json={"level": 1, "assessed_on": "2026-01-01"})
    await ruth.post(f"{address}/assessment", json={"level": 3, "assessed_on": "2026-03-01"})
    refused = await ruth.post(f"{address}/assessment", json={"level": 4, "assessed_on": "2026-03-01"})

    assert (refused.status_code, code_of(refused)) == (422, "bad_skill_level")
    seen = (await ruth.get(f"/people/{anna}")).json()
    assert seen["skills"] == [{"skill": "python", "level": 3, "assessed_on": "2026-03-01"}]


async def test_a_new_cost_rate_closes_the_former_one(resourcing: Resourcing) -> None:
    async with resourcing.work() as work:
        anna = await a_person(work, cost="80.00")
    ruth = resourcing.as_(Role.RESOURCE_MANAGER)
    raised = {"starts_on": "2026-07-01", "hourly_cost": "88.50", "currency": "EUR"}

    await ruth.put(f"/people/{anna}/cost-rates/{new_id()}", json=raised)
    again = await ruth.put(f"/people/{anna}/cost-rates/{new_id()}", json=raised)

    assert (again.status_code, code_of(again)) == (409, "cost_rates_overlap")
    rates = (await ruth.get(f"/people/{anna}/cost-rates")).json()
    assert [(one["starts_on"], one["ends_before"], one["hourly_cost"]) for one in rates] == [
        ("2025-01-01", "2026-07-01", "80.00"),
        ("2026-07-01", None, "88.50"),
    ]
    june = (await ruth.get(f"/people/{anna}/cost-rates", params={"as_of": "2026-06-30"})).json()
    assert [one["hourly_cost"] for one in june] == ["80.00"]
