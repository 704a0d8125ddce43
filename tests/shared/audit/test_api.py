"""The history of a record is read by auditors and controllers of its own tenant, page by page."""

from decimal import Decimal

import pytest
from sqlalchemy import insert, update

from shared.actor import TRAIL_READERS, Role
from shared.database import Database
from shared.ids import new_id
from tests.shared.audit.probe import NORTHSTAR, a_price, codes, do, prices, trail
from tests.support.api import Api, code_of


async def test_a_record_without_an_id_is_named_by_its_key(database: Database, probe: Api) -> None:
    await do(database, insert(codes).values(code="half-day", words="x" * 10_000))

    answer = await probe.as_(Role.AUDITOR).get("/audit/half-day")

    assert [change["record"] for change in answer.json()["items"]] == ["codes"]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.CONTROLLER])
async def test_auditors_and_controllers_read_the_history_of_a_record(
    database: Database, probe: Api, role: Role
) -> None:
    price, other = new_id(), new_id()
    await do(database, a_price(price), a_price(other))
    await do(database, update(prices).where(prices.c.id == price).values(net=Decimal("90")), because="a new year")

    answer = await probe.as_(role).get(f"/audit/{price}")

    first, second = answer.json()["items"]
    assert answer.json()["next"] is None
    assert (first["change"], first["after"]["net"]) == ("insert", "83.170000")
    assert (
        second.items()
        >= {
            "record": "prices",
            "record_id": str(price),
            "actor": "anna",
            "at": "2026-03-02T12:00:00Z",
            "change": "update",
            "before": {"net": "83.170000"},
            "after": {"net": "90.000000"},
            "reason": "a new year",
        }.items()
    )


@pytest.mark.parametrize("role", sorted(set(Role) - TRAIL_READERS))
async def test_nobody_else_reads_it(database: Database, probe: Api, role: Role) -> None:
    price = new_id()
    await do(database, a_price(price))

    answer = await probe.as_(role).get(f"/audit/{price}")

    assert (answer.status_code, code_of(answer)) == (403, "not_permitted")
    assert "83.17" not in answer.text


async def test_an_auditor_of_another_tenant_sees_nothing(database: Database, probe: Api) -> None:
    price = new_id()
    await do(database, a_price(price))

    answer = await probe.as_(Role.AUDITOR, tenant=NORTHSTAR).get(f"/audit/{price}")

    assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None})
    assert await trail(database, NORTHSTAR) == []


async def test_a_long_history_comes_page_by_page_with_nothing_twice(database: Database, probe: Api) -> None:
    price = new_id()
    await do(database, a_price(price, net="0"))
    for number in range(1, 7):
        await do(database, update(prices).values(net=Decimal(number)), a_price(new_id(), net="50"))
    auditor, found, cursor = probe.as_(Role.AUDITOR), [], ""

    while cursor is not None:
        answer = (
            await auditor.get(f"/audit/{price}", params={"limit": 3, **({"cursor": cursor} if cursor else {})})
        ).json()
        assert len(answer["items"]) <= 3
        found += [Decimal(change["after"]["net"]) for change in answer["items"]]
        cursor = answer["next"]

    assert found == list(range(7))


async def test_a_cursor_of_another_make_is_refused(probe: Api) -> None:
    answer = await probe.as_(Role.AUDITOR).get(f"/audit/{new_id()}", params={"cursor": "bm9uc2Vuc2U"})

    assert (answer.status_code, code_of(answer)) == (422, "bad_cursor")
