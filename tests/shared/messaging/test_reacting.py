"""Every consumer acts on an event by itself, once, and leaves a mark while it does."""

from sqlalchemy.orm.exc import StaleDataError

from shared.clock import wall_clock
from shared.ids import new_id
from shared.messaging.claim import claim, say_started
from shared.messaging.drain import Drain
from shared.messaging.inbox import Inbox
from shared.messaging.reactions import Reactions
from shared.work import Work
from tests.shared.messaging.deliveries import a_delivery
from tests.shared.messaging.probe import Noted, Reader, Unheard, effects_of, write
from tests.shared.messaging.suite import drained, rows, the_row, value


async def test_two_consumers_of_one_event_each_act_once(inbox: Inbox) -> None:
    thing, both = new_id(), Reactions()

    @both.on(Noted, consumer="reader.write_down")
    async def write_down(work: Work, event: Noted, sequence: int) -> None:
        await write(work, event.thing_id, 1, sequence, "the first consumer")

    @both.on(Noted, consumer="reader.write_up")
    async def write_up(work: Work, event: Noted, sequence: int) -> None:
        await write(work, event.thing_id, 2, sequence, "the second consumer")

    filled = Inbox("reader", both, inbox.database)
    message = a_delivery(Noted(thing_id=thing, number=1))
    await filled.accept([message])
    await filled.accept([message])
    await drained(Drain(filled, wall_clock))

    assert await effects_of(inbox.database) == [(thing, 1), (thing, 2)]


async def test_a_reaction_that_succeeds_at_the_second_attempt_announces_once(
    inbox: Inbox, drain: Drain, reader: Reader
) -> None:
    attempts = 0

    async def race_once(work: Work, event: Noted) -> None:
        nonlocal attempts
        attempts += 1
        work.publish(Unheard(thing_id=event.thing_id))
        if attempts == 1:
            raise StaleDataError("somebody was faster")

    reader.spell = race_once
    await inbox.accept([a_delivery(Noted(thing_id=new_id(), number=1))])
    await drained(drain)

    assert attempts == 2
    assert await value(inbox.database, "select count(*) from msg.outbox") == 1


async def test_what_runs_is_marked_for_as_long_as_it_runs(inbox: Inbox, drain: Drain, reader: Reader) -> None:
    marks = []

    async def look(work: Work, event: Noted) -> None:
        marks.extend(await rows(inbox.database, "select worker, event_ids from msg.inbox_run"))

    reader.spell = look
    await inbox.accept([a_delivery(Noted(thing_id=new_id(), number=1))])
    running = (await the_row(inbox)).event_id
    await drained(drain)

    assert marks == [(drain.worker, [running])]
    assert await value(inbox.database, "select count(*) from msg.inbox_run") == 0


async def test_five_crashes_are_enough(inbox: Inbox, drain: Drain) -> None:
    await inbox.accept([a_delivery(Noted(thing_id=new_id(), number=1))])
    for _ in range(5):
        dying = new_id()
        async with inbox.database.sessions() as session:
            await say_started(inbox.database, dying, await claim(session, inbox.reactions.consumers, dying))
            await session.rollback()

    await drained(drain)

    assert (await the_row(inbox)).status == "parked"
    assert await effects_of(inbox.database) == []
