"""A worker keeps going: woken by other processes, restarted after its own failures, stopped without loss."""

import asyncio

import pytest

from shared.database import Database, connect
from shared.ids import new_id
from shared.messaging import gauges, metrics, wake
from shared.messaging.in_process import BACKLOG_MAX, InProcess
from shared.messaging.inbox import Inbox
from shared.messaging.pace import Pace
from shared.messaging.transport import Fault, LinkDown, Transport
from shared.messaging.worker import Worker
from tests.shared.messaging.deliveries import a_delivery, an_envelope
from tests.shared.messaging.probe import Attached, Noted, announce, effects_of
from tests.shared.messaging.suite import Suite, change, eventually, rows, value


@pytest.fixture
def transport(inbox: Inbox) -> Transport:
    """Inside the process."""
    return InProcess([inbox])


async def test_what_another_process_announces_wakes_the_relay(
    writer_database: Database, reader_database: Database
) -> None:
    here = writer_database
    there = connect("writer", here.engine.url.render_as_string(hide_password=False))
    tasks = [asyncio.create_task(wake.listen(here)), asyncio.create_task(wake.call(there))]
    try:

        async def heard() -> bool:
            there.announced.set()
            return here.announced.is_set()

        await eventually(heard)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await there.engine.dispose()


async def test_a_part_that_fails_starts_again(suite: Suite) -> None:
    class FailsAtFirst(InProcess):
        failures = 2

        async def receive(self, inbox: Inbox) -> None:
            if self.failures:
                self.failures -= 1
                raise ConnectionResetError("no luck")
            await super().receive(inbox)

    transport = FailsAtFirst([Inbox("reader", suite.reader.reactions, suite.reader_database)])
    suite.transport = transport
    async with suite.at_work():
        await announce(suite.writer, [Noted(thing_id=new_id(), number=1)])
        await suite.until_all_is_done(1)

        async def recovered() -> bool:
            return transport.failures == 0

        await eventually(recovered)


async def test_stopping_an_idle_worker_is_quick(suite: Suite) -> None:
    worker = Worker("reader", [suite.reader.reactions], suite.reader_database, suite.transport)
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await worker.stop()
        await running


@pytest.mark.parametrize("then", ["fails", "goes on"])
async def test_a_worker_stops_though_a_cancellation_was_swallowed(suite: Suite, then: str) -> None:
    begun = asyncio.Event()

    class SwallowsOne(InProcess):
        async def receive(self, inbox: Inbox) -> None:
            begun.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:  # as a connection may that ends in the same moment
                if then == "fails":
                    raise LinkDown("away") from None
            await asyncio.Event().wait()

    worker = Worker("reader", [suite.reader.reactions], suite.reader_database, SwallowsOne([]))
    running = asyncio.create_task(worker.run())
    await begun.wait()
    async with asyncio.timeout(20):
        await worker.stop()
        await running


async def test_a_worker_rests_in_a_long_backlog_and_stops_out_of_its_rest(suite: Suite) -> None:
    await announce(suite.writer, [Noted(thing_id=new_id(), number=number) for number in range(500)])
    worker = Worker("writer", (), suite.writer, suite.transport, pace=Pace(rest=1e6, burst=0))
    running = asyncio.create_task(worker.run())

    async def sent() -> int:
        return int(await value(suite.writer, "select count(*) from msg.event_log"))

    async def has_begun() -> bool:
        return await sent() > 0

    await eventually(has_begun)
    in_one_step = await sent()
    await asyncio.sleep(1)  # by far long enough for the others
    assert await sent() == in_one_step < 500
    async with asyncio.timeout(20):
        await worker.stop()
        await running


async def test_a_service_far_behind_is_given_nothing_more_and_the_sender_keeps_it(inbox: Inbox) -> None:
    many = """insert into msg.inbox (consumer, event_id, status, next_at)
        select 'reader.write_down', gen_random_uuid(), 'pending', msg.clock() from generate_series(0, :number)"""
    await change(inbox.database, many, number=BACKLOG_MAX)
    envelope = an_envelope(Noted(thing_id=new_id(), number=1))

    failure = (await InProcess([inbox]).publish([envelope]))[envelope.event_id]

    assert failure is not None
    assert failure.fault is Fault.LINK


async def test_an_unreachable_service_keeps_its_events_with_the_sender_and_the_others_have_theirs(
    inbox: Inbox,
) -> None:
    away = connect("away", "postgresql+asyncpg://nobody@127.0.0.1:1/nowhere")
    transport = InProcess([inbox, Inbox("away", inbox.reactions, away)])
    envelope = an_envelope(Noted(thing_id=new_id(), number=1))

    failure = (await transport.publish([envelope]))[envelope.event_id]
    await away.engine.dispose()

    assert failure is not None
    assert failure.fault is Fault.LINK
    assert await inbox.backlog() == 1


async def test_the_gauges_show_what_waits_and_fall_to_nought(suite: Suite, inbox: Inbox) -> None:
    def shown(consumer: str, status: str) -> float:
        return float(metrics.INBOX.labels("reader", consumer, status)._value.get())

    await inbox.accept([a_delivery(Attached(part_id=new_id(), thing_id=new_id()))])
    await gauges.measure(inbox.database)
    assert shown("reader.attach", "pending") == 1

    await change(inbox.database, "update msg.inbox set status = 'discarded'")
    await gauges.measure(inbox.database)
    assert shown("reader.attach", "pending") == 0


async def test_events_announced_before_any_worker_runs_are_sent_when_one_does(suite: Suite) -> None:
    thing = new_id()
    await announce(suite.writer, [Noted(thing_id=thing, number=1)])
    async with suite.at_work():
        await suite.until_all_is_done(1)

    assert await effects_of(suite.reader_database) == [(thing, 1)]


async def test_a_worker_reports_what_it_has_counted_and_how_it_finds_the_broker(suite: Suite) -> None:
    async with suite.at_work():
        await eventually(lambda: _reported(suite))

    (report,) = await rows(suite.writer, "select distinct on (worker) counts, broker from msg.worker_report")
    assert report.broker["reachable"]
    assert report.counts["sent"] >= 0


async def _reported(suite: Suite) -> bool:
    return bool(await value(suite.writer, "select count(*) from msg.worker_report"))
