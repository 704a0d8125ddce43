"""What was sent once reaches one consumer again, as it was, and nobody else."""

import asyncio
from datetime import timedelta

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from typer.testing import CliRunner

from deploy.suite.databases import ServiceDatabase
from shared import telemetry
from shared.clock import wall_clock
from shared.database import Database
from shared.ids import new_id
from shared.messaging import replay
from shared.messaging.drain import Drain
from shared.messaging.envelope import Envelope
from shared.messaging.in_process import InProcess
from shared.messaging.inbox import Delivery, Inbox
from shared.messaging.rabbitmq import RabbitMQ
from shared.messaging.reactions import Reactions
from shared.messaging.relay import Relay
from shared.messaging.replay import Choice
from shared.messaging.transport import Fault
from shared.operations.console import Surroundings, app
from shared.operations.history_console import COMMANDS
from shared.settings import Settings
from shared.work import Work
from tests.shared.messaging.deliveries import an_envelope
from tests.shared.messaging.probe import MERIDIAN, NORTHSTAR, Made, Noted, Unheard, announce, effects_of, schema, write
from tests.shared.messaging.suite import Suite, change, eventually, rows

NEW = "reader.note_anew@2"


async def note_anew(work: Work, event: Noted, sequence: int) -> None:
    """What a new consumer does."""
    await write(work, event.thing_id, event.number + 1000, sequence, event.text)


async def logged(database: Database, choice: Choice | None = None) -> list[Envelope]:
    """The events of the writer's log."""
    async with database.sessions() as session:
        found = await replay.chosen(session, choice or Choice(wall_clock()), None, 1000)
    return [replay.envelope_of(row) for row in found]


@pytest.mark.parametrize("transport", ["in process", "rabbitmq"], indirect=True)
async def test_a_new_consumer_is_filled_from_the_log_and_nobody_else_is_touched(suite: Suite) -> None:
    assert isinstance(suite.transport, InProcess | RabbitMQ)
    thing = new_id()
    async with suite.at_work():
        await announce(suite.writer, [Noted(thing_id=thing, number=number) for number in range(5)])
        await announce(suite.writer, [Unheard(thing_id=thing)])
        await suite.until_all_is_done(5)
    suite.reader.reactions.on(Noted, consumer=NEW)(note_anew)
    lived = await rows(suite.reader_database, "select * from msg.inbox order by event_id")

    async with suite.at_work():
        events = await logged(suite.writer)
        for _ in range(2):

            async def taken() -> bool:
                outcome = await suite.transport.replay(events, NEW, new_id())  # type: ignore[attr-defined]
                refused = {failure.fault for failure in outcome.values() if failure}
                unheard = [each.event_id for each in events if each.type == Unheard.type]
                return refused == {Fault.PERMANENT} and [key for key in outcome if outcome[key]] == unheard

            await eventually(taken)  # the new consumer is bound once its worker has begun
            await suite.until_all_is_done(10)
        nobody = await suite.transport.replay(events, "reader.nobody", new_id())

    assert {failure and failure.fault for failure in nobody.values()} == {Fault.PERMANENT}
    assert await effects_of(suite.reader_database) == [(thing, n) for n in (*range(5), *range(1000, 1005))]
    of_others = "select * from msg.inbox where consumer <> :new order by event_id"
    assert await rows(suite.reader_database, of_others, new=NEW) == lived
    ids = await rows(suite.reader_database, "select event_id from msg.inbox where consumer = :new", new=NEW)
    assert {row.event_id for row in ids} == {each.event_id for each in events if each.type == Noted.type}


async def test_the_log_is_found_by_tenant_type_subject_and_time_in_order_and_in_parts(
    writer_database: Database,
) -> None:
    one, other = new_id(), new_id()
    await announce(
        writer_database, [Noted(thing_id=one, number=1), Made(thing_id=one), Noted(thing_id=other, number=2)]
    )
    await announce(writer_database, [Noted(thing_id=one, number=3)], NORTHSTAR)
    await Relay(writer_database, InProcess([])).once()
    while await Relay(writer_database, InProcess([])).once():
        pass
    until = wall_clock() + timedelta(minutes=1)

    async def numbers(**conditions: object) -> list[bytes]:
        choice = Choice(**{"until": until, **conditions})  # type: ignore[arg-type]
        return [each.body for each in await logged(writer_database, choice)]

    everything = await numbers()
    assert len(everything) == 4
    assert len(await numbers(tenant_id=MERIDIAN)) == 3
    assert len(await numbers(tenant_id=MERIDIAN, types=[Noted.type])) == 2
    assert len(await numbers(tenant_id=MERIDIAN, types=[Noted.type, Made.type], subject=f"thing/{one}")) == 2
    assert await numbers(until=until - timedelta(days=1)) == []
    assert await numbers(since=until) == []
    parts, after = [], None
    async with writer_database.sessions() as session:
        while part := await replay.chosen(session, Choice(until), after, 3):
            parts += [row.payload for row in part]
            after = (part[-1].recorded_at, part[-1].event_id)
        counts = await replay.counted(session, Choice(until, tenant_id=MERIDIAN))
    assert parts == everything
    assert [(row.type, row.events, row.redacted) for row in counts] == [(Made.type, 1, 0), (Noted.type, 2, 0)]


async def test_what_is_replayed_long_after_begins_a_trace_of_its_own_linked_to_its_creation(
    writer_database: Database, inbox: Inbox, drain: Drain
) -> None:
    exporter = InMemorySpanExporter()
    watched = telemetry.watch("probe", exporter=exporter)
    transport = InProcess([inbox])
    with watched.active():
        await announce(writer_database, [Noted(thing_id=new_id(), number=1)])
        await Relay(writer_database, transport).once()
        await change(inbox.database, "delete from msg.inbox")
        await change(writer_database, "update msg.event_log set recorded_at = recorded_at - interval '16 minutes'")
        await transport.replay(await logged(writer_database), "reader.write_down", new_id())
        await drain.once()
    watched.provider.shutdown()

    made = {span.name: span for span in exporter.get_finished_spans()}
    created, processed = made["create throughline.events"], made["process throughline.reader"]
    assert processed.parent is None
    assert [link.context.span_id for link in processed.links] == [created.context.span_id]


@pytest.mark.parametrize("transport", ["rabbitmq"], indirect=True)
async def test_the_command_line_counts_and_then_replays_with_its_own_hands(
    suite: Suite, writer_addresses: ServiceDatabase, broker_url: str
) -> None:
    settings = Settings(database_url=writer_addresses.app_url, broker_url=broker_url, issuer_url="https://issuer.test")
    around = Surroundings("writer", schema, Reactions(), settings)
    thing = new_id()
    await announce(suite.writer, [Noted(thing_id=thing, number=number) for number in range(150)])
    while await Relay(suite.writer, InProcess([])).once():
        pass
    arguments = [COMMANDS[0], "--to", "reader.write_down", "--type", Noted.type, "--from", "2026-01-01"]

    counted = await asyncio.to_thread(CliRunner().invoke, app, [*arguments, "--dry-run"], obj=around)
    assert (counted.exit_code, "150" in counted.output) == (0, True)
    assert await rows(suite.writer, "select * from msg.job") == []
    async with suite.at_work():
        replayed = await asyncio.to_thread(CliRunner().invoke, app, arguments, obj=around)
        assert replayed.exit_code == 0, replayed.output
        await suite.until_all_is_done(150)

    assert await effects_of(suite.reader_database) == [(thing, number) for number in range(150)]
    (job,) = await rows(suite.writer, "select state, done, total, started_by from msg.job")
    assert (job.state, job.done, job.total, job.started_by.partition(":")[0]) == ("done", 150, 150, "cli")


async def test_a_replay_to_a_consumer_that_is_not_there_is_parked_for_the_service_alone(inbox: Inbox) -> None:
    event = an_envelope(Noted(thing_id=new_id(), number=1))
    await inbox.accept([Delivery(event.replayed("reader.gone", new_id()), event.body, str(event.event_id))])

    found = await rows(inbox.database, "select consumer, status, error_type from msg.inbox")
    assert [tuple(row) for row in found] == [("reader", "parked", "unknown_type")]
