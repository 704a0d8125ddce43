"""Every address of resourcing: who may use it, that everybody else changes nothing, and that cost stays covered."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
import pytest

from services.resourcing.permissions import ROLES, Permission
from services.resourcing.service import service
from shared.actor import Role
from shared.ids import new_id
from tests.support.api import MERIDIAN, code_of
from tests.support.resourcing import (
    MONDAY,
    Resourcing,
    a_person,
    a_project_opened,
    a_staffing_request,
    an_approved_timesheet,
    an_entry,
    book_on,
    leave_of,
)

COST, LIMIT = "83.17", "97.31"
STRANGERS = UUID("0198c0de-0000-7000-8000-00000005746e")
WEEK = {"starts_on": "2026-03-02", "ends_before": "2026-03-09"}
EVERYBODY = set(Role) - {Role.ERP, Role.AUDITOR}
SEEING_PEOPLE = {
    Role.PROJECT_MANAGER,
    Role.RESOURCE_MANAGER,
    Role.CONTROLLER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
}
SEEING_COST = {Role.RESOURCE_MANAGER, Role.CONTROLLER, Role.AUDITOR}
MANAGING = {Role.RESOURCE_MANAGER, Role.ADMINISTRATOR}
ONLY_RUTH = {Role.RESOURCE_MANAGER}


@dataclass(frozen=True)
class Address:
    """One address, with a request that would succeed, and the roles that it succeeds for."""

    method: str
    path: str
    allowed: set[Role]
    json: Any = None
    params: Any = None
    if_match: bool = False


CHANGES = [
    Address("PUT", "/staffing-roles/{new}", MANAGING, {"name": "Architect"}),
    Address("PUT", "/people/{new}", MANAGING, {"name": "Berta", "employed_from": "2026-01-01"}),
    Address("PATCH", "/people/{person}", MANAGING, {"grade": "Senior"}, if_match=True),
    Address("PUT", "/people/{person}/skills/sql", MANAGING, {"level": 2, "assessed_on": "2026-03-01"}),
    Address("POST", "/people/{person}/skills/sql/assessment", MANAGING, {"level": 2, "assessed_on": "2026-03-01"}),
    Address(
        "PUT",
        "/people/{person}/cost-rates/{new}",
        ONLY_RUTH,
        {"starts_on": "2026-07-01", "hourly_cost": "90.00", "currency": "EUR"},
    ),
    Address(
        "PUT",
        "/people/{person}/calendars/{new}",
        MANAGING,
        {"starts_on": "2026-07-01", "minutes_by_weekday": [480] * 7, "country": "DE"},
    ),
    Address("PUT", "/time-off/{new}", ONLY_RUTH, {**WEEK, "person_id": "{person}"}),
    Address("POST", "/time-off/{time_off}/approval", ONLY_RUTH),
    Address("POST", "/time-off/{time_off}/decline", ONLY_RUTH, {"reason": "go-live"}),
    Address(
        "PUT",
        "/bookings/{new}",
        ONLY_RUTH,
        {"person_id": "{person}", "request_id": "{request}", "kind": "soft", "minutes_per_day": 60},
    ),
    Address("PATCH", "/bookings/{booking}", ONLY_RUTH, {"kind": "soft"}, if_match=True),
    Address("POST", "/bookings/{booking}/cancellation", ONLY_RUTH),
    Address("POST", "/projects/{project}/utilization-treatment", ONLY_RUTH, {"treatment": "credited"}),
]
READS = [
    Address("GET", "/staffing-roles", EVERYBODY | {Role.AUDITOR}),
    Address("GET", "/people", EVERYBODY | {Role.AUDITOR}),
    Address("GET", "/people/{person}", SEEING_PEOPLE),
    Address("GET", "/people/{person}/calendars", SEEING_PEOPLE),
    Address("GET", "/people/{person}/capacity", SEEING_PEOPLE, params=WEEK),
    Address("GET", "/people/{person}/cost-rates", SEEING_COST),
    Address("GET", "/time-off", EVERYBODY | {Role.AUDITOR}),
    Address("GET", "/bookings", EVERYBODY | {Role.AUDITOR}),
    Address("GET", "/bookings/{booking}", SEEING_PEOPLE),
    Address("GET", "/capacity", EVERYBODY | {Role.AUDITOR}, params=WEEK),
    Address("GET", "/requests", SEEING_COST | {Role.PROJECT_MANAGER}),
    Address("GET", "/requests/{request}", SEEING_COST | {Role.PROJECT_MANAGER}),
    Address("GET", "/requests/{request}/candidates", SEEING_COST),
    Address("GET", "/demand", SEEING_COST | {Role.PROJECT_MANAGER, Role.SALES_MANAGER}, params=WEEK),
    Address("GET", "/utilization", SEEING_COST, params=WEEK),
]


@dataclass(frozen=True)
class Scene:
    """Somebody at work on a project, and what the addresses need of it."""

    resourcing: Resourcing
    ids: dict[str, UUID]

    async def ask(self, address: Address, role: Role, tenant: UUID = MERIDIAN) -> httpx2.Response:
        """Send what `address` says as somebody with `role`."""
        client = self.resourcing.as_(role, tenant=tenant)
        named = {name: str(value) for name, value in self.ids.items()} | {"new": str(new_id())}
        headers = {"if-match": '"1"'} if address.if_match else {}
        return await client.request(
            address.method,
            address.path.format(**named),
            json=_named(address.json, named),
            params=address.params,
            headers=headers,
        )


def _named(body: Any, named: dict[str, str]) -> Any:
    if not isinstance(body, dict):
        return body
    return {key: value.format(**named) if isinstance(value, str) else value for key, value in body.items()}


@pytest.fixture
async def scene(resourcing: Resourcing) -> Scene:
    """Put Anna to work on a project that wants one more."""
    project = new_id()
    await resourcing.hear(a_project_opened(project))
    request = a_staffing_request(project, minutes=600, limit=LIMIT)
    await resourcing.hear(request)
    async with resourcing.work() as work:
        anna = await a_person(work, subject="anna", skills={"python": 3}, cost=COST)
        booking = (await book_on(work, anna, project, 60)).booking.id
        await leave_of(work, anna, MONDAY.replace(month=5), MONDAY.replace(month=6))
    await resourcing.hear(an_approved_timesheet(anna, an_entry(anna), project_id=project))
    time_off = new_id()
    asked = {"starts_on": "2026-04-07", "ends_before": "2026-04-10", "person_id": str(anna)}
    await resourcing.as_(Role.RESOURCE_MANAGER).put(f"/time-off/{time_off}", json=asked)
    named = {"person": anna, "project": project, "request": request.request_id}
    return Scene(resourcing, {**named, "booking": booking, "time_off": time_off})


def test_every_address_is_listed_here() -> None:
    served = [route for router in service.routers for route in router.routes]

    assert len(served) == len(CHANGES) + len(READS)


@pytest.mark.parametrize("address", CHANGES, ids=[f"{one.method} {one.path}" for one in CHANGES])
async def test_the_right_role_may_and_nobody_else_changes_anything(scene: Scene, address: Address) -> None:
    before = await scene.resourcing.digest()
    for role in set(Role) - address.allowed:
        refused = await scene.ask(address, role)
        assert refused.status_code in (403, 404), (role, refused.text)
    assert await scene.resourcing.digest() == before

    answer = await scene.ask(address, Role.RESOURCE_MANAGER)
    assert answer.status_code in (200, 201), answer.text


async def test_every_role_reads_what_it_may_and_nothing_else(scene: Scene) -> None:
    for address in READS:
        for role in Role:
            answer = await scene.ask(address, role)
            may = answer.status_code == 200
            assert may == (role in address.allowed), (address, role, answer.text)
            assert may or answer.status_code in (403, 404), (address, role, answer.text)


async def test_another_tenant_sees_and_changes_nothing(scene: Scene) -> None:
    before = await scene.resourcing.digest()

    for address in CHANGES + READS:
        answer = await scene.ask(address, Role.RESOURCE_MANAGER, tenant=STRANGERS)
        assert "Anna" not in answer.text, address
        if address.method == "GET":
            assert str(scene.ids["person"]) not in answer.text, address

    assert await scene.resourcing.digest() == before


async def test_cost_is_in_no_answer_to_those_who_may_not_see_it(scene: Scene) -> None:
    for role in set(Role) - SEEING_COST:
        for address in CHANGES + READS:
            answer = await scene.ask(address, role)
            assert COST not in answer.text, (address, role)
            assert LIMIT not in answer.text, (address, role)


async def test_cost_is_in_the_answers_to_those_who_may(scene: Scene) -> None:
    for role in SEEING_COST:
        rates = await scene.ask(Address("GET", "/people/{person}/cost-rates", SEEING_COST), role)
        request = await scene.ask(Address("GET", "/requests/{request}", SEEING_COST), role)
        assert rates.json()[0]["hourly_cost"] == COST
        assert request.json()["hourly_cost_limit"] == LIMIT


async def test_an_administrator_learns_no_cost_from_the_audit_trail(scene: Scene) -> None:
    [rate] = await scene.resourcing.rows("cost_rates")

    answer = await scene.resourcing.as_(Role.ADMINISTRATOR).get(f"/audit/{rate['id']}")
    auditor = await scene.resourcing.as_(Role.AUDITOR).get(f"/audit/{rate['id']}")

    assert (answer.status_code, code_of(answer)) == (403, "not_permitted")
    assert COST in auditor.text


async def test_without_a_token_nothing_is_answered(scene: Scene) -> None:
    answer = await scene.resourcing.api.anonymous.get("/people")

    assert (answer.status_code, code_of(answer)) == (401, "not_logged_in")


def test_whoever_sees_candidates_may_see_cost() -> None:
    seeing = [held for held in ROLES.values() if Permission.SEE_CANDIDATES in held]

    assert seeing
    assert all(Permission.SEE_COST_RATES in held for held in seeing)
