"""Every change of an audited record is written down by the database: who, when, from what to what, and why."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import pytest
from fastapi import APIRouter
from sqlalchemy import Column, Integer, String, Uuid, delete, insert, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from shared import audit
from shared.actor import Actor, Role
from shared.database import Database, Schema, amount, connect
from shared.ids import new_id
from shared.messaging import schema as messaging
from shared.migrations import secure
from shared.work import Work, begin
from tests.support.api import MERIDIAN, Api, api, code_of
from tests.support.databases import Databases

NORTHSTAR = UUID(int=2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

schema = Schema("probe")
prices = schema.table(
    "prices",
    Column("id", Uuid, primary_key=True),
    Column("title", String, nullable=False),
    amount("net"),
    amount("tax", nullable=True),
    Column("hours", Integer, nullable=False, server_default="8"),
    Column("version", Integer, nullable=False, server_default="1"),
)
codes = schema.table("codes", Column("code", String, primary_key=True), Column("words", String))
ledger = schema.table("ledger", Column("id", Uuid, primary_key=True), amount("net"), append_only=True)
audit.declare(schema)


@dataclass
class Price:
    """What something costs."""

    id: UUID
    title: str
    net: Decimal
    tax: Decimal | None = None
    hours: int = 8


schema.map(Price, prices, version=prices.c.version)


class Probe:
    """A service whose only route is the one of the audit trail."""

    name = "probe"
    all_routers: ClassVar[tuple[APIRouter, ...]] = (audit.router,)

    def permissions_of(self, roles: frozenset[str]) -> frozenset[str]:
        """Nothing needs a permission."""
        return frozenset()


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    """Give the probe's database."""
    name, addresses = databases.unmigrated("probe")
    owner = create_async_engine(addresses.owner_url)
    async with owner.begin() as connection:
        await connection.run_sync(messaging.create)
        await connection.execute(text("create table alembic_version (version_num text)"))
        await connection.run_sync(schema.metadata.create_all)
        for statement in secure(schema.metadata, "probe_app"):
            await connection.execute(text(statement))
    await owner.dispose()
    opened = connect("probe", addresses.app_url)
    yield opened
    await opened.engine.dispose()
    databases.drop(name)


@pytest.fixture
def probe(database: Database) -> Api:
    """Give the probe over HTTP."""
    return api(Probe(), database)


async def do(database: Database, *statements: Any, by: str = "anna", because: str | None = None) -> None:
    """Do statements as one work."""

    async def execute(work: Work) -> None:
        for statement in statements:
            await work.session.execute(statement)

    await _do(database, execute, by, because)


async def _do(database: Database, step: Callable[[Work], Any], by: str = "anna", because: str | None = None) -> None:
    async with begin(database, Actor(by, MERIDIAN), NOON) as work:
        if because:
            await work.because(because)
        await step(work)


async def trail(database: Database, tenant: UUID = MERIDIAN) -> list[Any]:
    """Read the whole trail of a tenant."""
    async with begin(database, Actor("anna", tenant), NOON) as work:
        return list(await work.session.execute(text("select * from audit order by id")))


def a_price(price_id: UUID, title: str = "day", net: str = "83.17") -> Any:
    """Insert a price."""
    return insert(prices).values(id=price_id, title=title, net=Decimal(net))


async def test_an_insert_is_written_down_whole(database: Database) -> None:
    price = new_id()

    await do(database, a_price(price), by="anna", because="agreed on the phone")

    (row,) = await trail(database)
    assert (row.actor, row.at, row.reason) == ("anna", NOON, "agreed on the phone")
    assert (row.record, row.record_id, row.change, row.before) == ("prices", str(price), "insert", None)
    assert row.after == {
        "id": str(price),
        "title": "day",
        "net": "83.170000",
        "tax": None,
        "hours": 8,
        "version": 1,
    }


async def test_of_an_update_only_what_differs_is_written_down(database: Database) -> None:
    price = new_id()
    await do(database, a_price(price))
    values = {"net": Decimal("90.1"), "tax": Decimal("0.1"), "title": "day", "version": 2}

    await do(database, update(prices).values(values), by="bert", because="a new year")

    _, row = await trail(database)
    assert (row.actor, row.change, row.reason) == ("bert", "update", "a new year")
    assert (row.before, row.after) == (
        {"net": "83.170000", "tax": None},
        {"net": "90.100000", "tax": "0.100000"},
    )


async def test_an_update_that_changes_nothing_leaves_no_trace(database: Database) -> None:
    await do(database, a_price(new_id()))

    await do(database, update(prices).values(title="day", version=2))

    assert [row.change for row in await trail(database)] == ["insert"]


async def test_a_delete_keeps_what_was_there(database: Database) -> None:
    price = new_id()
    await do(database, a_price(price))

    await do(database, delete(prices), because="entered twice")

    _, row = await trail(database)
    assert (row.record_id, row.change, row.after, row.reason) == (str(price), "delete", None, "entered twice")
    assert row.before["net"] == "83.170000"


async def test_a_mapped_record_is_written_down_like_any_other(database: Database) -> None:
    price = new_id()

    async def make(work: Work) -> None:
        work.session.add(Price(price, "day", Decimal("83.17")))

    async def raise_it(work: Work) -> None:
        found = await work.session.get(Price, price)
        assert found is not None
        found.net = Decimal("100")

    async def drop(work: Work) -> None:
        await work.session.delete(await work.session.get(Price, price))

    for step in (make, raise_it, drop):
        await _do(database, step)

    made, raised, dropped = await trail(database)
    assert (made.change, raised.change, dropped.change) == ("insert", "update", "delete")
    assert raised.after == {"net": "100.000000"}


async def test_every_row_of_a_bulk_statement_is_written_down(database: Database) -> None:
    many = text(
        "insert into prices (id, title, net) select gen_random_uuid(), 'p' || i, i from generate_series(1, 500) i"
    )
    await do(database, many)

    await do(database, text("update prices set net = net * 2 where net <= 100"), because="twice as good")

    rows = await trail(database)
    raised = [row for row in rows if row.change == "update"]
    assert (len(rows), len(raised)) == (600, 100)
    assert {row.reason for row in raised} == {"twice as good"}
    assert all(Decimal(row.after["net"]) == 2 * Decimal(row.before["net"]) for row in raised)


async def test_an_amount_keeps_digits_that_no_float_can_hold(database: Database) -> None:
    await do(database, a_price(new_id(), net="12345678901234.567891"))

    (row,) = await trail(database)
    assert row.after["net"] == "12345678901234.567891"


async def test_a_record_without_an_id_is_named_by_its_key(database: Database, probe: Api) -> None:
    await do(database, insert(codes).values(code="half-day", words="x" * 10_000))

    answer = await probe.as_(Role.AUDITOR).get("/audit/half-day")

    assert [change["record"] for change in answer.json()["items"]] == ["codes"]


async def test_what_cannot_be_changed_needs_no_trail(database: Database) -> None:
    await do(database, insert(ledger).values(id=new_id(), net=Decimal("1")))

    for statement in (update(ledger).values(net=Decimal("2")), delete(ledger)):
        with pytest.raises(DBAPIError, match="permission denied"):
            await do(database, statement)
    assert await trail(database) == []


@pytest.mark.parametrize("attack", ["update audit set actor = 'nobody'", "delete from audit", "truncate audit"])
async def test_the_service_cannot_change_its_trail(database: Database, attack: str) -> None:
    await do(database, a_price(new_id()))
    before = await trail(database)

    with pytest.raises(DBAPIError, match="permission denied"):
        await do(database, text(attack))

    assert await trail(database) == before


@pytest.mark.parametrize(
    "way_round", ["alter table prices disable trigger all", "set session_replication_role = replica"]
)
async def test_the_service_cannot_go_round_its_trail(database: Database, way_round: str) -> None:
    with pytest.raises(DBAPIError, match=r"must be owner|permission denied"):
        await do(database, text(way_round))


async def test_a_change_that_is_rolled_back_was_none(database: Database) -> None:
    async def change_one_s_mind(work: Work) -> None:
        await work.session.execute(a_price(new_id()))
        raise LookupError

    with pytest.raises(LookupError):
        await _do(database, change_one_s_mind)

    assert await trail(database) == []


async def test_a_reason_is_that_of_its_own_work_only(database: Database) -> None:
    await do(database, a_price(new_id()), because="the first one")
    await do(database, a_price(new_id()))

    assert [row.reason for row in await trail(database)] == ["the first one", None]


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


@pytest.mark.parametrize("role", sorted(set(Role) - audit.READERS))
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


async def test_time_in_the_trail_is_that_of_the_work(database: Database) -> None:
    async with begin(database, Actor("anna", MERIDIAN), NOON - timedelta(days=400)) as work:
        await work.session.execute(a_price(new_id()))

    (row,) = await trail(database)
    assert row.at == NOON - timedelta(days=400)
