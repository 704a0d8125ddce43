"""Every change of an audited record is written down by the database: who, when, from what to what, and why."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from shared.actor import Actor
from shared.database import Database
from shared.ids import new_id
from shared.work import Work, begin
from tests.shared.audit.probe import NOON, Price, a_price, act, do, ledger, prices, trail
from tests.support.api import MERIDIAN


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
        await act(database, step)

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
        await act(database, change_one_s_mind)

    assert await trail(database) == []


async def test_a_reason_is_that_of_its_own_work_only(database: Database) -> None:
    await do(database, a_price(new_id()), because="the first one")
    await do(database, a_price(new_id()))

    assert [row.reason for row in await trail(database)] == ["the first one", None]


async def test_time_in_the_trail_is_that_of_the_work(database: Database) -> None:
    async with begin(database, Actor("anna", MERIDIAN), NOON - timedelta(days=400)) as work:
        await work.session.execute(a_price(new_id()))

    (row,) = await trail(database)
    assert row.at == NOON - timedelta(days=400)
