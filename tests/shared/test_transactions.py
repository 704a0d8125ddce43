"""The driver's own transactions keep every promise of SQLAlchemy's: all or nothing, errors told as ever, spans."""

from collections.abc import AsyncIterator, Callable

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from deploy.suite.databases import ServiceDatabase
from shared import telemetry
from shared.actor import Actor
from shared.clock import wall_clock
from shared.database import Database, connect
from shared.ids import new_id
from shared.transactions import run
from shared.work import Work, begin

ANNA = Actor("anna", new_id())
REMEMBER = "insert into subjects (person_id, subject, name, sequence) values ($1, 'anna', 'Anna', 1)"
COUNT = text("select count(*) from subjects")


@pytest.fixture
async def database(service_database: Callable[[str], ServiceDatabase]) -> AsyncIterator[Database]:
    """Delivery's database, by one connection."""
    opened = connect("delivery", service_database("delivery").app_url, pool_size=1)
    yield opened
    await opened.engine.dispose()


async def _known(database: Database) -> int:
    async with begin(database, ANNA, wall_clock()) as work:
        return int(await work.session.scalar(COUNT) or 0)


async def _remember(work: Work) -> None:
    await run(work.session, REMEMBER, new_id())


async def test_what_the_driver_and_the_session_write_commits_together(database: Database) -> None:
    async with begin(database, ANNA, wall_clock()) as work:
        await _remember(work)
        assert await work.session.scalar(COUNT) == 1

    assert await _known(database) == 1


async def test_an_error_undoes_everything(database: Database) -> None:
    with pytest.raises(LookupError):
        async with begin(database, ANNA, wall_clock()) as work:
            await _remember(work)
            raise LookupError

    assert await _known(database) == 0


async def test_a_savepoint_undoes_its_own_part_only(database: Database) -> None:
    async with begin(database, ANNA, wall_clock()) as work:
        await _remember(work)
        with pytest.raises(LookupError):
            async with work.session.begin_nested():
                await _remember(work)
                raise LookupError

    assert await _known(database) == 1


async def test_the_drivers_errors_are_told_as_sqlalchemys(database: Database) -> None:
    person = new_id()
    with pytest.raises(IntegrityError) as told:
        async with begin(database, ANNA, wall_clock()) as work:
            await run(work.session, REMEMBER, person)
            await run(work.session, REMEMBER, person)

    assert getattr(told.value.orig, "sqlstate", None) == "23505"
    with pytest.raises(DBAPIError):
        async with begin(database, ANNA, wall_clock()) as work:
            await run(work.session, "select 1 / 0")
    assert await _known(database) == 0


async def test_every_statement_of_a_recorded_trace_has_a_span_and_no_values(database: Database) -> None:
    shelf = InMemorySpanExporter()
    watched = telemetry.watch("delivery", exporter=shelf)

    with watched.active(), telemetry.span("a click"):
        async with begin(database, ANNA, wall_clock()) as work:
            await _remember(work)
            await work.session.scalar(COUNT)
    watched.provider.force_flush()

    told = [str((span.attributes or {}).get("db.query.text")) for span in shelf.get_finished_spans()]
    assert REMEMBER in told
    assert COUNT.text in told
    assert {span.context.trace_id for span in shelf.get_finished_spans() if span.context} == {
        next(span.context.trace_id for span in shelf.get_finished_spans() if span.name == "a click" and span.context)
    }


async def test_outside_a_trace_nothing_is_recorded(database: Database) -> None:
    shelf = InMemorySpanExporter()
    watched = telemetry.watch("delivery", exporter=shelf)

    with watched.active():
        await _known(database)
    watched.provider.force_flush()

    assert shelf.get_finished_spans() == ()
