"""Announced events leave the outbox when they are safe, in their order, and what cannot leave is put aside."""

from collections.abc import Callable, Sequence

import pytest

from deploy.suite.databases import ServiceDatabase
from shared.announcements import Announcement, Cause, keep, lane_of
from shared.clock import wall_clock
from shared.database import Database
from shared.ids import new_id
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import Inbox
from shared.messaging.relay import ATTEMPTS_MAX, FETCH, Relay
from shared.messaging.transport import Failure, Fault, LinkDown, LinkState, Outcome
from shared.work import begin
from tests.shared.messaging.probe import MERIDIAN, NORTHSTAR, Noted, announce, as_owner, writer
from tests.shared.messaging.suite import change, rows, value


class Told:
    """A transport that answers as it is told, and remembers what it was given."""

    def __init__(self, answer: Callable[[Envelope], Failure | None]) -> None:
        self._answer = answer
        self.taken: list[Envelope] = []

    async def publish(self, batch: Sequence[Envelope]) -> Outcome:
        """Answer for each event."""
        outcome = {envelope.event_id: self._answer(envelope) for envelope in batch}
        self.taken += [envelope for envelope in batch if outcome[envelope.event_id] is None]
        return outcome

    async def receive(self, inbox: Inbox) -> None:
        """Nothing arrives."""

    async def receive_dead(self, inbox: Inbox) -> None:
        """Nothing arrives."""

    async def state(self, service: str) -> LinkState:
        """All is well."""
        return LinkState("told")

    async def close(self) -> None:
        """Nothing to close."""


async def test_an_event_is_logged_as_it_was_announced_with_its_place_in_the_outbox(writer_database: Database) -> None:
    event = Noted(thing_id=new_id(), number=1, text="Straße")
    await announce(writer_database, [event])
    kept = (await rows(writer_database, "select * from msg.outbox"))[0]

    told = Told(lambda _: None)
    assert await Relay(writer_database, told).once() == 1

    (logged,) = await rows(writer_database, "select * from msg.event_log")
    assert told.taken[0].body == logged.payload == kept.payload == event.model_dump_json().encode()
    assert (logged.sequence, logged.event_id, logged.recorded_at) == (kept.id, kept.event_id, kept.recorded_at)
    assert await value(writer_database, "select count(*) from msg.outbox") == 0


async def test_sequences_about_one_thing_grow(writer_database: Database) -> None:
    thing = new_id()
    for number in range(5):
        await announce(writer_database, [Noted(thing_id=thing, number=number)])
    told = Told(lambda _: None)
    await Relay(writer_database, told).once()

    assert [envelope.sequence for envelope in told.taken] == sorted(envelope.sequence for envelope in told.taken)


async def test_a_refused_event_waits_and_what_comes_later_about_the_same_thing_waits_with_it(
    writer_database: Database,
) -> None:
    thing = new_id()
    await announce(writer_database, [Noted(thing_id=thing, number=number) for number in range(150)])
    first = await value(writer_database, "select min(id) from msg.outbox")
    told = Told(lambda envelope: Failure("not now", Fault.REFUSED) if envelope.sequence == first else None)

    await Relay(writer_database, told).once()

    left = await rows(writer_database, "select * from msg.outbox where not_before > msg.clock() order by id")
    assert (left[0].id, left[0].attempts, left[0].last_error) == (first, 1, "not now")
    assert len(left) == 51  # the refused one, and the second window
    assert {row.attempts for row in left[1:]} == {0}


async def test_what_is_announced_while_an_earlier_event_about_the_same_thing_waits_does_not_overtake_it(
    writer_database: Database,
) -> None:
    thing, other = two_about_different_things_on_one_lane()
    refused = [1]
    told = Told(
        lambda envelope: Failure("not now", Fault.REFUSED) if refused and b'"number":1,' in envelope.body else None
    )
    relay = Relay(writer_database, told)
    await announce(writer_database, [Noted(thing_id=thing.thing_id, number=1)])
    await relay.once()

    await announce(writer_database, [Noted(thing_id=thing.thing_id, number=number) for number in (2, 3)] + [other])
    assert await relay.once() == 3
    assert await relay.once() == 0
    assert [envelope.subject for envelope in told.taken] == [other.subject]

    refused.clear()
    await change(writer_database, "update msg.outbox set not_before = msg.clock()")
    await relay.once()
    about = [envelope.body for envelope in told.taken if envelope.subject == thing.subject]
    assert [Noted.model_validate_json(body).number for body in about] == [1, 2, 3]


async def test_what_is_too_far_behind_to_be_fetched_with_a_refused_event_does_not_overtake_it(
    writer_database: Database,
) -> None:
    thing = new_id()
    await announce(writer_database, [Noted(thing_id=thing, number=number) for number in range(FETCH + 50)])
    told = Told(lambda envelope: Failure("not now", Fault.REFUSED) if b'"number":0,' in envelope.body else None)
    relay = Relay(writer_database, told)

    await relay.once()
    with_the_refused_one = len(told.taken)
    await relay.once()

    assert len(told.taken) == with_the_refused_one


async def test_a_refused_event_out_of_sight_is_not_overtaken(
    writer_addresses: ServiceDatabase, writer_database: Database
) -> None:
    thing, other = two_about_different_things_on_one_lane()
    told = Told(lambda envelope: Failure("not now", Fault.REFUSED) if b'"number":1,' in envelope.body else None)
    relay = Relay(writer_database, told)
    await announce(writer_database, [Noted(thing_id=thing.thing_id, number=1)])
    await relay.once()
    await as_owner(writer_addresses, "alter table msg.outbox alter id restart with 20000")
    await announce(writer_database, [other])
    await relay.once()  # from here on it looks from far above the refused event
    await change(writer_database, "update msg.outbox set not_before = msg.clock()")

    await announce(writer_database, [Noted(thing_id=thing.thing_id, number=3)])
    await relay.once()

    assert [envelope.subject for envelope in told.taken] == [other.subject]


async def test_after_twenty_refusals_an_event_is_put_aside(writer_database: Database) -> None:
    await announce(writer_database, [Noted(thing_id=new_id(), number=1)])
    relay = Relay(writer_database, Told(lambda _: Failure("no", Fault.REFUSED)))

    for _ in range(ATTEMPTS_MAX):
        await relay.once()
        await change(writer_database, "update msg.outbox set not_before = null")

    (parked,) = await rows(writer_database, "select * from msg.outbox_parked")
    assert (parked.attempts, parked.last_error) == (ATTEMPTS_MAX, "no")
    assert await value(writer_database, "select count(*) from msg.outbox") == 0


@pytest.mark.parametrize("size", [2 * 1024 * 1024])
async def test_an_event_that_can_never_be_sent_is_put_aside_at_once_and_holds_nothing_up(
    writer_database: Database, size: int
) -> None:
    thing = new_id()
    await announce(writer_database, [Noted(thing_id=thing, number=1, text="x" * size), Noted(thing_id=thing, number=2)])
    told = Told(lambda _: None)
    relay = Relay(writer_database, told)

    while await relay.once():
        pass

    assert await value(writer_database, "select count(*) from msg.outbox_parked") == 1
    assert len(told.taken) == 1


async def test_a_link_that_is_down_costs_no_attempt(writer_database: Database) -> None:
    await announce(writer_database, [Noted(thing_id=new_id(), number=1)])
    relay = Relay(writer_database, Told(lambda _: Failure("nobody there", Fault.LINK)))

    for _ in range(3):
        with pytest.raises(LinkDown, match="nobody there"):
            await relay.once()

    (kept,) = await rows(writer_database, "select attempts, not_before from msg.outbox")
    assert (kept.attempts, kept.not_before) == (0, None)


async def test_a_transaction_that_commits_late_with_a_low_number_is_found(writer_database: Database) -> None:
    told = Told(lambda _: None)
    relay = Relay(writer_database, told)
    late, early = two_about_different_things_on_one_lane()
    async with writer_database.sessions() as session, session.begin():
        announced = [Announcement(late, new_id(), None)]
        await keep(session, announced, tenant_id=MERIDIAN, cause=Cause.new(), at=wall_clock())
        await announce(writer_database, [early])
        assert await relay.once() == 1
    assert await relay.once() == 1

    assert [envelope.subject for envelope in told.taken] == [early.subject, late.subject]
    assert told.taken[0].sequence > told.taken[1].sequence


def two_about_different_things_on_one_lane() -> tuple[Noted, Noted]:
    one = Noted(thing_id=new_id(), number=1)
    while lane_of((other := Noted(thing_id=new_id(), number=2)).subject) != lane_of(one.subject):
        pass
    return one, other


async def test_events_of_two_tenants_that_are_sent_together_keep_each_its_own(writer_database: Database) -> None:
    ours, theirs = two_about_different_things_on_one_lane()
    await announce(writer_database, [ours], MERIDIAN)
    await announce(writer_database, [theirs], NORTHSTAR)
    told = Told(lambda _: None)
    assert await Relay(writer_database, told).once() == 2

    assert {envelope.subject: envelope.tenant_id for envelope in told.taken} == {
        ours.subject: MERIDIAN,
        theirs.subject: NORTHSTAR,
    }


async def test_work_that_is_undone_leaves_nothing_to_be_sent(writer_database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with begin(writer_database, writer(), wall_clock()) as work:
            work.publish(Noted(thing_id=new_id(), number=1))
            raise ZeroDivisionError

    assert await Relay(writer_database, Told(lambda _: None)).once() == 0


async def test_a_paused_lane_sends_nothing_until_it_goes_on(writer_database: Database) -> None:
    relay = Relay(writer_database, Told(lambda _: None))
    await announce(writer_database, [Noted(thing_id=new_id(), number=1)])
    await change(writer_database, "update msg.outbox_lane set paused = true")
    assert await relay.once() == 0

    await change(writer_database, "update msg.outbox_lane set paused = false")
    assert await relay.once() == 1


async def test_two_relays_never_hold_one_lane(writer_database: Database) -> None:
    await announce(writer_database, [Noted(thing_id=new_id(), number=1)])
    inner = Relay(writer_database, Told(lambda _: None))
    seen: list[int] = []

    class Nested(Told):
        async def publish(self, batch: Sequence[Envelope]) -> Outcome:
            seen.append(await inner.once())
            return await super().publish(batch)

    assert await Relay(writer_database, Nested(lambda _: None)).once() == 1
    assert seen == [0]
