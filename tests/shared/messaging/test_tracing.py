"""What is announced in one trace is sent and acted on in spans that lead back to it."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from deploy.suite.databases import ServiceDatabase
from shared import telemetry
from shared.database import Database
from shared.ids import new_id
from shared.messaging.drain import Drain
from shared.messaging.in_process import InProcess
from shared.messaging.inbox import Inbox
from shared.messaging.relay import Relay
from shared.messaging.schema import CLOCK
from shared.messaging.transport import Failure, Fault, LinkDown
from shared.work import Work
from tests.shared.messaging.probe import Noted, Reader, announce, as_owner
from tests.shared.messaging.test_relay import Told

MUCH_LATER = CLOCK.replace("create function", "create or replace function").replace(
    "select clock_timestamp()", "select clock_timestamp() + interval ''16 minutes''"
)


Flush = Callable[[], dict[str, ReadableSpan]]


@pytest.fixture
def flush() -> Iterator[Flush]:
    """Watch the test, and give every span made so far by its name."""
    exporter = InMemorySpanExporter()
    watched = telemetry.watch("probe", exporter=exporter)

    def made() -> dict[str, ReadableSpan]:
        watched.provider.force_flush()
        return {span.name: span for span in exporter.get_finished_spans()}

    with watched.active():
        yield made
    watched.provider.shutdown()


async def _announce_and_send(writer: Database, inbox: Inbox) -> None:
    with telemetry.span("a click"):
        await announce(writer, [Noted(thing_id=new_id(), number=1)])
    assert await Relay(writer, InProcess([inbox])).once() == 1


async def test_from_the_click_to_the_reaction_it_is_one_trace(
    writer_database: Database, inbox: Inbox, drain: Drain, flush: Flush
) -> None:
    await _announce_and_send(writer_database, inbox)
    await drain.once()

    made = flush()
    clicked, created = made["a click"], made["create throughline.events"]
    published, processed = made["publish throughline.events"], made["process throughline.reader"]
    assert created.parent == clicked.context
    assert published.parent is None
    assert [link.context.span_id for link in published.links] == [created.context.span_id]
    assert processed.parent is not None
    assert processed.parent.span_id == created.context.span_id
    assert [link.context.span_id for link in processed.links] == [created.context.span_id]
    assert processed.context.trace_id == clicked.context.trace_id
    assert (processed.attributes or {})["throughline.inbox.outcome"] == "done"


async def test_a_reaction_a_quarter_of_an_hour_late_begins_a_trace_and_links_back(
    writer_database: Database, inbox: Inbox, drain: Drain, reader_addresses: ServiceDatabase, flush: Flush
) -> None:
    await _announce_and_send(writer_database, inbox)
    await as_owner(reader_addresses, MUCH_LATER)
    await drain.once()

    made = flush()
    created, processed = made["create throughline.events"], made["process throughline.reader"]
    assert processed.parent is None
    assert processed.context.trace_id != created.context.trace_id
    assert [link.context.span_id for link in processed.links] == [created.context.span_id]


async def test_a_reaction_that_fails_says_so_on_its_span(
    writer_database: Database, inbox: Inbox, drain: Drain, reader: Reader, flush: Flush
) -> None:
    async def fail(_: Work, __: Noted) -> None:
        raise RuntimeError("no luck")

    reader.spell = fail
    await _announce_and_send(writer_database, inbox)
    await drain.once()

    processed = flush()["process throughline.reader"]
    assert processed.status.status_code is StatusCode.ERROR
    assert (processed.attributes or {}).items() >= {
        "error.type": "RuntimeError",
        "throughline.inbox.outcome": "retry",
    }.items()


@pytest.mark.parametrize(("fault", "kind"), [(Fault.REFUSED, "NotTaken"), (Fault.LINK, "LinkDown")])
async def test_a_batch_that_is_not_taken_whole_says_so_on_its_span(
    writer_database: Database, flush: Flush, fault: Fault, kind: str
) -> None:
    await announce(writer_database, [Noted(thing_id=new_id(), number=1)])
    with suppress(LinkDown):
        await Relay(writer_database, Told(lambda _: Failure("not this one", fault))).once()

    published = flush()["publish throughline.events"]
    assert published.status.status_code is StatusCode.ERROR
    assert (published.attributes or {})["error.type"] == kind
