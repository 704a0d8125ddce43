"""Without a collector a service keeps its own spans for a day, and a trace is read back as a tree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from opentelemetry.sdk.trace import ReadableSpan
from typer.testing import CliRunner

from deploy.suite.databases import ServiceDatabase
from shared import telemetry, traces
from shared.clock import wall_clock
from shared.database import Database, connect
from shared.ids import new_id
from shared.messaging.drain import Drain
from shared.messaging.in_process import InProcess
from shared.messaging.inbox import Inbox
from shared.messaging.relay import Relay
from shared.operations.console import COMMANDS, Surroundings, app
from shared.operations.traces import print_trace
from shared.settings import Settings
from shared.telemetry import TENANT, Shelf
from shared.traces import Branch, kept
from shared.traces.keeping import forget, write
from tests.shared.messaging.probe import MERIDIAN, NORTHSTAR, Noted, Reader, announce, as_owner, schema
from tests.shared.messaging.suite import value
from tests.support.databases import run_apart
from tests.support.traces import NOON, a_span


def names(branches: Sequence[Branch]) -> list[object]:
    """A tree as lists of names."""
    return [[one.span.name, *names(one.under)] for one in branches]


async def test_what_a_click_led_to_is_read_back_as_a_tree(writer_database: Database, reader_database: Database) -> None:
    watched = telemetry.watch("probe", shelf=Shelf())
    inbox = Inbox("reader", Reader().reactions, reader_database)
    async with kept(reader_database, watched.shelf):
        with watched.active():
            with telemetry.span("a click"):
                trace_id = telemetry.current_trace_id() or ""
                await announce(writer_database, [Noted(thing_id=new_id(), number=1)])
            await Relay(writer_database, InProcess([inbox])).once()
            await Drain(inbox, wall_clock).once()

    async with reader_database.sessions() as session:
        spans = await traces.find(session, trace_id)
        assert await traces.find(session, new_id().hex) == []
    (click,) = traces.tree(spans, hidden=traces.STATEMENTS)
    assert names([click]) == [["a click", ["create throughline.events", ["process throughline.reader"]]]]
    created = click.under[0].span
    processed = click.under[0].under[0].span
    assert (created.kind, processed.kind) == ("producer", "consumer")
    assert processed.links == (f"{trace_id}-{created.span_id}",)
    assert processed.attributes["throughline.inbox.outcome"] == "done"
    assert "INSERT" in str(names(traces.tree(spans)))


def test_the_command_line_prints_a_trace_of_this_service_as_a_tree(reader_addresses: ServiceDatabase) -> None:
    named = {"messaging.consumer.group.name": "reader.write_down"}
    spans = [a_span("click", name="PUT /things"), a_span("p", "click", name="process it", attributes=named, error="no")]
    settings = Settings(database_url=reader_addresses.app_url, issuer_url="https://issuer.test")
    around = Surroundings("reader", schema, Reader().reactions, settings)

    async def keep() -> None:
        database = connect("reader", reader_addresses.app_url)
        await write(database, [*spans, a_span("s", "p", name="SELECT")])
        await database.engine.dispose()

    assert "trace" in COMMANDS and print_trace in {each.callback for each in app.registered_commands}
    run_apart(keep())
    traceparent = f"00-{'1' * 32}-{'2' * 16}-01"
    printed = CliRunner().invoke(app, ["trace", traceparent], obj=around)
    whole = CliRunner().invoke(app, ["trace", "1" * 32, "--statements"], obj=around)
    nothing = CliRunner().invoke(app, ["trace", "2" * 32], obj=around)
    run_apart(as_owner(reader_addresses, "truncate msg.span"))

    assert printed.output.splitlines()[1:] == [
        "└── probe      PUT /things   1000.0 ms",
        "    └── probe      process it reader.write_down  1000.0 ms no",
    ]
    assert "SELECT" in whole.output
    assert (nothing.exit_code, "No span of this trace" in nothing.output) == (1, True)


async def test_what_is_older_than_a_day_is_forgotten_and_so_is_the_oldest_of_too_much(
    reader_database: Database,
) -> None:
    now = wall_clock()
    ages = [timedelta(days=2), timedelta(hours=25), *(timedelta(minutes=10 - number) for number in range(10))]
    await write(reader_database, [a_span(str(number), ended_at=now - age) for number, age in enumerate(ages)])

    await forget(reader_database)
    assert await value(reader_database, "select count(*) from msg.span") == 10

    await forget(reader_database, at_most=3)
    assert (
        await value(reader_database, "select string_agg(span_id, ' ' order by ended_at) from msg.span") == "8 9 10 11"
    )


async def test_while_the_database_is_away_nobody_waits_for_spans() -> None:
    gone, shelf = connect("probe", "postgresql+asyncpg://nobody:x@127.0.0.1:1/nothing"), Shelf()
    watched = telemetry.watch("probe", shelf=shelf)

    async with kept(gone, shelf):
        with watched.active(), telemetry.span("a click"):
            pass

    assert shelf.take(10) == []


def test_more_spans_than_the_shelf_holds_are_left_out_and_counted() -> None:
    shelf = Shelf()
    for _ in range(telemetry.HOLDS + 5):
        shelf.on_end(ReadableSpan("one of many"))

    assert shelf.left_out == 5


def test_a_span_is_its_own_tenants_or_of_whoever_the_one_above_is_of() -> None:
    spans = [
        a_span("a", attributes={TENANT: str(MERIDIAN)}),
        a_span("b", "a"),
        a_span("c", "b", attributes={TENANT: str(NORTHSTAR)}),
        a_span("d", "c"),
        a_span("e"),
        a_span("f", "of another service"),
    ]

    assert [span.span_id for span in traces.mine(spans, MERIDIAN)] == ["a", "b"]
    assert [span.span_id for span in traces.mine(spans, NORTHSTAR)] == ["c", "d"]


def test_what_is_under_a_hidden_span_moves_up() -> None:
    spans = [
        a_span("select", "click", name="SELECT", started_at=NOON + timedelta(seconds=1)),
        a_span("create", "select", name="create events", started_at=NOON + timedelta(seconds=2)),
        a_span("click", "of a browser", name="PUT /things"),
    ]

    assert names(traces.tree(spans)) == [["PUT /things", ["SELECT", ["create events"]]]]
    assert names(traces.tree(spans, hidden={"select"})) == [["PUT /things", ["create events"]]]
