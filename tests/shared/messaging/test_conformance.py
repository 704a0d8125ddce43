"""What every transport promises: each event has its effect exactly once, whatever happens on the way."""

from uuid import UUID

import pytest
from sqlalchemy import text

from shared import telemetry
from shared.actor import the_service
from shared.clock import wall_clock
from shared.ids import new_id
from shared.messaging.reactions import Reject
from shared.work import Work, begin
from tests.shared.messaging.probe import (
    MERIDIAN,
    NORTHSTAR,
    Attached,
    Made,
    Noted,
    Unheard,
    announce,
    effects_of,
    writer,
)
from tests.shared.messaging.suite import DiesAfterPublishing, Suite, change, eventually, rows, value


async def test_every_event_has_one_effect(suite: Suite) -> None:
    first, second = new_id(), new_id()
    async with suite.at_work():
        for number in range(0, 150, 50):
            for thing in (first, second):
                await announce(suite.writer, [Noted(thing_id=thing, number=number + n) for n in range(50)])
        await suite.until_all_is_done(300)

    assert await effects_of(suite.reader_database) == sorted(
        (thing, number) for thing in (first, second) for number in range(150)
    )
    assert await value(suite.writer, "select count(*) from msg.event_log") == 300


async def test_events_of_two_tenants_meet_only_their_own_rows(suite: Suite) -> None:
    ours, theirs = new_id(), new_id()
    async with suite.at_work():
        await announce(suite.writer, [Noted(thing_id=ours, number=1)], MERIDIAN)
        await announce(suite.writer, [Noted(thing_id=theirs, number=2)], NORTHSTAR)
        await suite.until_all_is_done(2)

    assert await effects_of(suite.reader_database, MERIDIAN) == [(ours, 1)]
    assert await effects_of(suite.reader_database, NORTHSTAR) == [(theirs, 2)]


async def test_a_message_waits_for_the_record_it_needs_and_comes_back_with_it(suite: Suite) -> None:
    thing = new_id()
    async with suite.at_work():
        await announce(suite.writer, [Attached(part_id=new_id(), thing_id=thing)])

        async def waits() -> bool:
            query = "select count(*) from msg.inbox where waiting_for = :thing and status = 'waiting'"
            return bool(await value(suite.reader_database, query, thing=f"thing/{thing}") == 1)

        await eventually(waits)
        await announce(suite.writer, [Made(thing_id=thing)])
        await suite.until_all_is_done(2)

    assert await effects_of(suite.reader_database) == [(thing, 0)]
    (attached,) = await rows(suite.reader_database, "select * from msg.inbox where consumer = 'reader.attach'")
    assert attached.attempts == 1


async def test_one_refused_event_is_parked_and_its_neighbours_are_not(suite: Suite) -> None:
    thing = new_id()

    async def refuse_the_third(work: Work, event: Noted) -> None:
        if event.number == 3:
            raise Reject("The third is never right.")

    suite.reader.spell = refuse_the_third
    async with suite.at_work():
        await announce(suite.writer, [Noted(thing_id=thing, number=number) for number in range(6)])
        await suite.until_all_is_done(6)

    assert await effects_of(suite.reader_database) == [(thing, number) for number in (0, 1, 2, 4, 5)]
    (parked,) = await rows(suite.reader_database, "select * from msg.inbox where status = 'parked'")
    assert (parked.error_type, parked.error_text) == ("reject", "The third is never right.")
    assert parked.body is not None


async def test_a_relay_that_dies_before_it_hears_of_its_success_causes_no_second_effect(suite: Suite) -> None:
    thing = new_id()
    dying = DiesAfterPublishing(suite.transport, times=3)
    async with suite.at_work(writing=dying):
        await announce(suite.writer, [Noted(thing_id=thing, number=number) for number in range(20)])
        await suite.until_all_is_done(20)

    assert dying.times == 0
    assert await effects_of(suite.reader_database) == [(thing, number) for number in range(20)]


async def test_an_event_that_nobody_reacts_to_is_not_stuck(suite: Suite) -> None:
    async with suite.at_work():
        await announce(suite.writer, [Unheard(thing_id=new_id()), Noted(thing_id=new_id(), number=1)])
        await suite.until_all_is_done(1)

    assert await value(suite.writer, "select count(*) from msg.event_log") == 2
    assert await value(suite.writer, "select count(*) from msg.outbox_parked") == 0


async def test_work_that_fails_announces_nothing(suite: Suite) -> None:
    async with suite.at_work():
        with pytest.raises(ZeroDivisionError):
            async with begin(suite.writer, writer(), wall_clock()) as work:
                work.publish(Noted(thing_id=new_id(), number=1))
                raise ZeroDivisionError
        await announce(suite.writer, [Noted(thing_id=UUID(int=2), number=2)])
        await suite.until_all_is_done(1)

    assert await effects_of(suite.reader_database) == [(UUID(int=2), 2)]


async def test_the_trace_of_the_announcing_reaches_the_handler_unchanged(suite: Suite) -> None:
    seen: list[str | None] = []

    async def look(work: Work, event: Noted) -> None:
        seen.append(telemetry.current_trace_id())

    suite.reader.spell = look
    with telemetry.watch("probe").active():
        async with suite.at_work():
            with telemetry.span("a click"):
                clicked = telemetry.current_trace_id()
                await announce(suite.writer, [Noted(thing_id=new_id(), number=1)])
            await suite.until_all_is_done(1)

    assert clicked is not None
    assert set(seen) == {clicked}
    (logged,) = await rows(suite.writer, "select traceparent from msg.event_log")
    assert logged.traceparent.split("-")[1] == clicked


async def test_what_a_reaction_announces_names_its_cause(suite: Suite) -> None:
    thing, thread = new_id(), new_id()

    async def announce_on(work: Work, event: Noted) -> None:
        work.publish(Unheard(thing_id=event.thing_id))

    suite.reader.spell = announce_on
    async with suite.at_work():
        await announce(suite.writer, [Noted(thing_id=thing, number=1, thread_id=thread)])
        await suite.until_all_is_done(1)

        async def sent() -> bool:
            return bool(await value(suite.reader_database, "select count(*) from msg.event_log") == 1)

        await eventually(sent)

    (cause,) = await rows(suite.writer, "select event_id, correlation_id from msg.event_log")
    (caused,) = await rows(suite.reader_database, "select causation_id, correlation_id from msg.event_log")
    assert (cause.event_id, cause.correlation_id) == (caused.causation_id, thread)
    assert caused.correlation_id == thread


async def test_stopping_in_the_middle_loses_nothing_and_counts_no_attempt(suite: Suite) -> None:
    thing = new_id()
    await announce(suite.writer, [Noted(thing_id=thing, number=number) for number in range(200)])
    for _ in range(3):
        async with suite.at_work():
            pass
    async with suite.at_work():
        await suite.until_all_is_done(200)

    assert await effects_of(suite.reader_database) == [(thing, number) for number in range(200)]
    assert await value(suite.reader_database, "select max(attempts) from msg.inbox") == 1


async def test_a_lost_database_connection_costs_no_attempt(suite: Suite) -> None:
    cut: list[int] = []

    async def cut_the_line(work: Work, event: Noted) -> None:
        if event.number == 5 and not cut:
            cut.append(await work.session.scalar(text("select pg_backend_pid()")) or 0)
            await change(suite.reader_database, "select pg_terminate_backend(:pid)", pid=cut[0])

    suite.reader.spell = cut_the_line
    thing = new_id()
    async with suite.at_work():
        await announce(suite.writer, [Noted(thing_id=thing, number=number) for number in range(10)])
        await suite.until_all_is_done(10)

    assert cut
    assert await effects_of(suite.reader_database) == [(thing, number) for number in range(10)]
    assert await value(suite.reader_database, "select max(attempts) from msg.inbox") == 1


@pytest.mark.parametrize("transport", ["in process", "rabbitmq"], indirect=True)  # the adversary shuffles on purpose
async def test_events_about_one_thing_are_acted_on_in_order(suite: Suite) -> None:
    things = [new_id() for _ in range(5)]
    async with suite.at_work():
        for number in range(20):
            await announce(suite.writer, [Noted(thing_id=thing, number=number) for thing in things])
        await suite.until_all_is_done(100)

    assert suite.reader.order == {thing: list(range(20)) for thing in things}


async def test_a_handler_sees_the_service_itself_as_the_actor(suite: Suite) -> None:
    actors = []

    async def look(work: Work, event: Noted) -> None:
        actors.append(work.actor)

    suite.reader.spell = look
    async with suite.at_work():
        await announce(suite.writer, [Noted(thing_id=new_id(), number=1)], NORTHSTAR)
        await suite.until_all_is_done(1)

    assert set(actors) == {the_service("reader", NORTHSTAR)}
