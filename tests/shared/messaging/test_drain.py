"""Messages of the inbox are acted on once, in their order, and what fails waits, comes back or is put aside."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, text

from deploy.suite.databases import ServiceDatabase
from shared.clock import wall_clock
from shared.ids import new_id
from shared.messaging import metrics
from shared.messaging.claim import CRASHES_MAX, claim, say_started
from shared.messaging.drain import Drain
from shared.messaging.inbox import Inbox
from shared.messaging.reactions import Reject
from shared.messaging.verdict import SCHEDULE
from shared.work import Work
from tests.shared.messaging.deliveries import a_delivery, broken_ones
from tests.shared.messaging.probe import NORTHSTAR, Made, Noted, Reader, as_owner, effects_of, things, write
from tests.shared.messaging.suite import change, drained, rows, the_row, value


async def test_a_message_that_arrives_three_times_has_one_effect(inbox: Inbox, drain: Drain) -> None:
    thing = new_id()
    message = a_delivery(Noted(thing_id=thing, number=1))

    await inbox.accept([message, message])
    assert await drain.once() == 1
    await inbox.accept([message])

    assert await drain.once() == 0
    assert await effects_of(inbox.database) == [(thing, 1)]


async def test_what_is_done_leaves_only_its_key(inbox: Inbox, drain: Drain) -> None:
    await inbox.accept([a_delivery(Noted(thing_id=new_id(), number=1))])
    await drained(drain)

    row = await the_row(inbox)
    assert (row.status, row.body, row.attributes, row.next_at) == ("done", None, None, None)


async def test_messages_about_one_thing_run_in_the_order_of_their_announcing(
    inbox: Inbox, drain: Drain, reader: Reader
) -> None:
    thing = new_id()
    for number in (3, 1, 2, 0):
        await inbox.accept([a_delivery(Noted(thing_id=thing, number=number), sequence=number)])

    await drained(drain)

    assert reader.order == {thing: [0, 1, 2, 3]}


async def test_a_paused_consumer_runs_nothing_and_afterwards_everything_in_its_order(
    inbox: Inbox, drain: Drain, reader: Reader
) -> None:
    thing, other = new_id(), new_id()
    held = [a_delivery(Noted(thing_id=thing, number=number), sequence=number) for number in (3, 1, 2, 0)]
    await change(inbox.database, "insert into msg.paused_consumer (consumer) values ('reader.write_down')")
    await inbox.accept([*held, a_delivery(Made(thing_id=other))])

    assert await drained(drain) == 1
    await change(inbox.database, "delete from msg.paused_consumer")
    assert await drained(drain) == 4

    assert reader.order == {thing: [0, 1, 2, 3]}


async def test_a_backlog_that_came_in_backwards_is_worked_off(inbox: Inbox, drain: Drain) -> None:
    thing = new_id()
    for number in reversed(range(250)):
        await inbox.accept([a_delivery(Noted(thing_id=thing, number=number), sequence=number)])

    assert await drained(drain) == 250


async def test_many_workers_side_by_side_have_each_effect_once_and_in_order(inbox: Inbox, reader: Reader) -> None:
    things_noted = [new_id() for _ in range(7)]
    numbers = range(30)
    deliveries = [a_delivery(Noted(thing_id=t, number=n), sequence=n + 1) for n in numbers for t in things_noted]
    await inbox.accept(deliveries)

    async def work() -> None:
        drain = Drain(inbox, wall_clock)
        while await value(inbox.database, "select count(*) from msg.inbox where status = 'pending'"):
            await drain.once()

    await asyncio.gather(*(work() for _ in range(4)))

    assert await effects_of(inbox.database) == sorted((t, n) for t in things_noted for n in numbers)
    assert reader.order == {thing: list(numbers) for thing in things_noted}


async def test_a_batch_that_lasts_commits_what_it_has_and_leaves_the_rest_to_the_next(
    inbox: Inbox, drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    await inbox.accept([a_delivery(Noted(thing_id=new_id(), number=number)) for number in range(3)])
    monkeypatch.setattr("shared.messaging.drain.LASTS_AT_MOST", 0)

    assert [await drain.once() for _ in range(4)] == [1, 1, 1, 0]


async def test_the_messages_of_two_tenants_run_in_transactions_of_their_own(
    inbox: Inbox, drain: Drain, reader: Reader
) -> None:
    transactions: dict[UUID, set[Any]] = {}

    async def look(work: Work, event: Noted) -> None:
        transaction = await work.session.scalar(text("select pg_current_xact_id()::text"))
        transactions.setdefault(work.actor.tenant_id, set()).add(transaction)

    reader.spell = look
    ours = [a_delivery(Noted(thing_id=new_id(), number=n)) for n in range(3)]
    theirs = [a_delivery(Noted(thing_id=new_id(), number=n), tenant_id=NORTHSTAR) for n in range(3)]
    await inbox.accept([message for pair in zip(ours, theirs, strict=True) for message in pair])

    await drained(drain)

    assert len(await effects_of(inbox.database)) == len(await effects_of(inbox.database, NORTHSTAR)) == 3
    assert len(transactions) == 2
    assert set.intersection(*transactions.values()) == set()


async def test_a_failure_takes_back_its_own_effect_only(inbox: Inbox, drain: Drain, reader: Reader) -> None:
    thing = new_id()

    async def fail_after_writing(work: Work, event: Noted) -> None:
        if event.number == 1:
            await write(work, thing, 99, 1, "half done")
            raise RuntimeError("no luck")

    reader.spell = fail_after_writing
    await inbox.accept([a_delivery(Noted(thing_id=thing, number=n), sequence=n + 1) for n in range(3)])

    assert await drain.once() == 3
    assert await effects_of(inbox.database) == [(thing, 0), (thing, 2)]


async def test_a_failure_is_tried_again_ever_later_and_parked_at_the_eighth(
    inbox: Inbox, drain: Drain, reader: Reader
) -> None:
    async def fail(work: Work, event: Noted) -> None:
        raise RuntimeError("no luck")

    reader.spell = fail
    await inbox.accept([a_delivery(Noted(thing_id=new_id(), number=1))])

    for failures, longest in enumerate(SCHEDULE, start=1):
        assert await drain.once() == 1
        row = await the_row(inbox)
        assert (row.status, row.attempts) == ("retry", failures)
        assert -1 <= row.due_in <= longest
        await change(inbox.database, "update msg.inbox set next_at = msg.clock()")
    assert await drain.once() == 1

    row = await the_row(inbox)
    assert (row.status, row.attempts, row.error_type, row.error_text) == ("parked", 8, "RuntimeError", "no luck")
    assert row.body is not None
    assert await drain.once() == 0


async def test_the_same_cause_has_the_same_fingerprint(inbox: Inbox, drain: Drain, reader: Reader) -> None:
    async def refuse(work: Work, event: Noted) -> None:
        raise (Reject("never") if event.number < 2 else RuntimeError("never"))

    reader.spell = refuse
    await inbox.accept([a_delivery(Noted(thing_id=new_id(), number=n)) for n in range(3)])
    await drained(drain)

    found = await rows(inbox.database, "select error_type, error_fingerprint from msg.inbox order by error_type")
    kinds = [row.error_type for row in found]
    assert kinds == ["RuntimeError", "reject", "reject"]
    assert found[1].error_fingerprint == found[2].error_fingerprint != found[0].error_fingerprint


@pytest.mark.parametrize("reason", broken_ones())
async def test_what_cannot_be_read_is_parked_at_once_and_its_neighbours_have_their_effect(
    inbox: Inbox, drain: Drain, reason: str
) -> None:
    before, after = (a_delivery(Noted(thing_id=UUID(int=n), number=n), sequence=n) for n in (1, 2))
    broken = broken_ones()[reason]

    await inbox.accept([before, broken, after])
    await drained(drain)

    (parked,) = await rows(inbox.database, "select * from msg.inbox where status = 'parked'")
    assert parked.error_type == reason
    assert parked.error_text
    assert parked.body == broken.body
    assert await effects_of(inbox.database) == [(UUID(int=1), 1), (UUID(int=2), 2)]


async def test_a_message_without_a_readable_id_is_kept_once(inbox: Inbox) -> None:
    broken = broken_ones()["no_tenant"]
    await inbox.accept([broken])
    await inbox.accept([broken])

    assert await value(inbox.database, "select count(*) from msg.inbox") == 1


async def test_a_commit_that_is_refused_costs_only_the_message_that_causes_it(
    inbox: Inbox, drain: Drain, reader: Reader, reader_addresses: ServiceDatabase
) -> None:
    await as_owner(
        reader_addresses,
        "alter table things add constraint at_commit unique (tenant_id, id) deferrable initially deferred",
        "alter table things drop constraint pk_things",
    )

    async def make_it_twice(work: Work, event: Noted) -> None:
        if event.number == 1:
            for _ in range(2):
                await work.session.execute(insert(things).values(id=UUID(int=7)))

    reader.spell = make_it_twice
    counted = metrics.HANDLED.labels("reader", "reader.write_down", "retry")._value
    before = counted.get()
    try:
        await inbox.accept([a_delivery(Noted(thing_id=UUID(int=n), number=n)) for n in range(3)])
        assert await drain.once() == 3
        assert counted.get() == before + 1

        assert await effects_of(inbox.database) == [(UUID(int=0), 0), (UUID(int=2), 2)]
        (failed,) = await rows(inbox.database, "select * from msg.inbox where status = 'retry'")
        assert (failed.error_type, failed.attempts) == ("IntegrityError", 1)
    finally:
        await as_owner(
            reader_addresses,
            "alter table things add constraint pk_things primary key (tenant_id, id)",
            "alter table things drop constraint at_commit",
        )


async def test_two_batches_that_lock_crosswise_both_succeed_without_a_counted_failure(
    inbox: Inbox, reader: Reader
) -> None:
    left, right = new_id(), new_id()
    for thing in (left, right):
        await inbox.accept([a_delivery(Made(thing_id=thing))])
    first, second = Drain(inbox, wall_clock), Drain(inbox, wall_clock)
    await drained(first)
    met = asyncio.Barrier(2)
    crossings = 0

    async def lock(work: Work, event: Noted) -> None:
        nonlocal crossings
        mine, other = (left, right) if event.thing_id == left else (right, left)
        query = text("select id from things where id = :id for update")
        await work.session.execute(query, {"id": mine})
        if crossings < 2:
            crossings += 1
            await met.wait()
        await work.session.execute(query, {"id": other})

    reader.spell = lock
    await inbox.accept([a_delivery(Noted(thing_id=left, number=1))])
    crossing = asyncio.create_task(first.once())
    while crossings < 1:
        await asyncio.sleep(0.001)
    await inbox.accept([a_delivery(Noted(thing_id=right, number=2))])
    await asyncio.gather(crossing, second.once())

    assert await effects_of(inbox.database) == sorted([(left, 1), (right, 2)])
    assert await value(inbox.database, "select max(attempts) from msg.inbox") == 1


async def test_a_message_that_kills_the_process_again_and_again_is_put_aside(inbox: Inbox, drain: Drain) -> None:
    thing = new_id()
    await inbox.accept([a_delivery(Noted(thing_id=thing, number=n), sequence=n) for n in range(3)])
    deadly = await value(inbox.database, "select event_id from msg.inbox where sequence = 1")

    async def die_running(only: UUID | None = None) -> None:
        """What a process leaves behind that is killed while it runs messages."""
        dying = new_id()
        async with inbox.database.sessions() as session:
            claimed = await claim(session, inbox.reactions.consumers, dying, only)
            await say_started(inbox.database, dying, claimed)
            await session.rollback()

    await die_running()
    for _ in range(CRASHES_MAX - 1):
        await die_running(only=deadly)
    await drained(drain)

    (parked,) = await rows(inbox.database, "select * from msg.inbox where status = 'parked'")
    assert (parked.event_id, parked.error_type) == (deadly, "crash_loop")
    assert await effects_of(inbox.database) == [(thing, 0), (thing, 2)]
    assert await value(inbox.database, "select count(*) from msg.inbox_run") == 0


async def test_a_message_for_a_consumer_of_a_newer_version_is_left_to_it(inbox: Inbox, drain: Drain) -> None:
    await inbox.accept([a_delivery(Noted(thing_id=new_id(), number=1))])
    await change(inbox.database, "update msg.inbox set consumer = 'reader.not_known_yet'")

    assert await drain.once() == 0
    assert (await the_row(inbox, "reader.not_known_yet")).status == "pending"
