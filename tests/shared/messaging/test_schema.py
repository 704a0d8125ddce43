"""The parts of event log and inbox are made ahead, and dropped when they are outdated and nothing in them is open."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.suite.databases import ServiceDatabase
from shared.announcements import LANES
from shared.clock import wall_clock
from shared.database import Database
from shared.ids import new_id
from shared.messaging import schema
from shared.messaging.inbox import Inbox
from tests.shared.messaging.deliveries import a_delivery, an_envelope, delivered
from tests.shared.messaging.probe import Noted, as_owner
from tests.shared.messaging.suite import change, value

PART = "select tableoid::regclass::text from msg.inbox where event_id = :id"
LOG = """insert into msg.event_log (recorded_at, event_id, sequence, tenant_id, type, schema_minor, subject,
    correlation_id, occurred_at, published_at, payload)
    values (cast(:at as text)::timestamptz, :id, 1, :id, 't', 0, 's', :id, now(), now(), '')"""


async def test_what_arrives_now_lies_in_the_part_of_its_month(inbox: Inbox) -> None:
    await inbox.accept([a_delivery(Noted(thing_id=new_id(), number=1))])
    found = await value(inbox.database, "select tableoid::regclass::text from msg.inbox")

    assert found == f"msg.inbox_{wall_clock():%Y%m}"


async def test_an_id_of_a_clock_gone_wrong_is_kept_all_the_same_and_only_once(inbox: Inbox) -> None:
    wrong = UUID("01000000-0000-7000-8000-000000000001")  # of the year 2004
    message = delivered(an_envelope(Noted(thing_id=new_id(), number=1)), id=str(wrong))

    await inbox.accept([message])
    await inbox.accept([message])

    assert await value(inbox.database, PART, id=wrong) == "msg.inbox_default"


async def test_the_app_role_can_have_upkeep_done_without_owning_anything(
    reader_database: Database, reader_addresses: ServiceDatabase
) -> None:
    today = f"event_log_{wall_clock():%Y%m%d}"
    await as_owner(reader_addresses, f"drop table msg.{today}")
    event = new_id()
    await change(reader_database, LOG, at=wall_clock().isoformat(), id=event)
    where = "select tableoid::regclass::text from msg.event_log where event_id = :id"
    assert await value(reader_database, where, id=event) == "msg.event_log_default"

    await change(reader_database, "select msg.maintain()")

    assert await value(reader_database, where, id=event) == f"msg.{today}"


async def test_outdated_parts_go_and_open_messages_stay(
    reader_database: Database, reader_addresses: ServiceDatabase, inbox: Inbox
) -> None:
    add = "select msg.add_part('inbox', '{0}', 'event_id', msg.uuid7_from('{1}')::text, msg.uuid7_from('{2}')::text)"
    await as_owner(
        reader_addresses,
        add.format("inbox_202001", "2020-01-01+00", "2020-02-01+00"),
        add.format("inbox_202002", "2020-02-01+00", "2020-03-01+00"),
        "select msg.add_part('event_log', 'event_log_20200101', 'recorded_at', '2020-01-01+00', '2020-01-02+00')",
    )
    fill = "insert into msg.inbox (consumer, event_id, status) values ('reader.attach', msg.uuid7_from('{0}'), '{1}')"
    await change(reader_database, fill.format("2020-01-15+00", "done"))
    await change(reader_database, fill.format("2020-02-15+00", "parked"))

    await change(reader_database, "select msg.maintain()")

    tables = "select to_regclass('msg.' || cast(:name as text)) is not null"
    assert not await value(reader_database, tables, name="inbox_202001")
    assert await value(reader_database, tables, name="inbox_202002")
    assert not await value(reader_database, tables, name="event_log_20200101")
    await as_owner(reader_addresses, "drop table msg.inbox_202002")


async def test_taking_the_schema_away_leaves_nothing(reader_addresses: ServiceDatabase) -> None:
    engine = create_async_engine(reader_addresses.owner_url)
    async with engine.connect() as connection:
        await connection.run_sync(schema.drop)
        await connection.run_sync(schema.create)
        assert await connection.scalar(text("select count(*) from msg.outbox_lane")) == LANES
        await connection.run_sync(schema.drop)
        assert await connection.scalar(text("select to_regnamespace('msg')")) is None
        await connection.rollback()
    await engine.dispose()


def test_every_statement_stands_alone() -> None:
    assert all(";" not in statement or "$$" in statement for statement in schema.CREATE)
