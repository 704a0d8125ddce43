"""A message whose record has not been heard of waits for it, costs no attempt, and is not forgotten."""

from collections.abc import Awaitable, Callable

import pytest

from deploy.suite.databases import ServiceDatabase
from shared.ids import new_id
from shared.messaging.drain import Drain
from shared.messaging.inbox import Inbox
from tests.shared.messaging.deliveries import a_delivery
from tests.shared.messaging.probe import NORTHSTAR, Attached, Made, as_owner, effects_of
from tests.shared.messaging.suite import drained, the_row

LATER = "create or replace function msg.clock() returns timestamptz language sql stable as "
Shift = Callable[[str], Awaitable[None]]


@pytest.fixture
def let_pass(reader_addresses: ServiceDatabase) -> Shift:
    """Move the clock of the scheduler to `interval` after now."""

    async def shift(interval: str) -> None:
        await as_owner(reader_addresses, f"{LATER} 'select clock_timestamp() + interval ''{interval}'''")

    return shift


async def test_waiting_for_a_record_costs_no_attempt_however_often_it_looks(
    inbox: Inbox, drain: Drain, let_pass: Shift
) -> None:
    await inbox.accept([a_delivery(Attached(part_id=new_id(), thing_id=new_id()))])
    await drained(drain)
    for hours in (1, 2, 23):
        await let_pass(f"{hours} hours")
        assert await drain.once() == 1

    row = await the_row(inbox, "reader.attach")
    assert (row.status, row.attempts) == ("waiting", 0)
    assert 0 < row.due_in <= 600


async def test_after_a_day_of_waiting_it_is_parked_and_the_record_still_brings_it_back(
    inbox: Inbox, drain: Drain, let_pass: Shift
) -> None:
    thing = new_id()
    await inbox.accept([a_delivery(Attached(part_id=new_id(), thing_id=thing))])
    await drained(drain)
    await let_pass("25 hours")
    await drained(drain)
    row = await the_row(inbox, "reader.attach")
    assert (row.status, row.waiting_for) == ("parked", f"thing/{thing}")

    await inbox.accept([a_delivery(Made(thing_id=thing))])
    assert await drained(drain) == 2

    assert await effects_of(inbox.database) == [(thing, 0)]


async def test_the_record_may_come_in_the_same_batch_after_what_waits_for_it(inbox: Inbox, drain: Drain) -> None:
    thing = new_id()
    await inbox.accept([a_delivery(Attached(part_id=new_id(), thing_id=thing))])
    await inbox.accept([a_delivery(Made(thing_id=thing))])

    assert await drained(drain) == 3
    assert await effects_of(inbox.database) == [(thing, 0)]


async def test_a_record_of_another_tenant_wakes_nobody(inbox: Inbox, drain: Drain) -> None:
    thing = new_id()
    await inbox.accept([a_delivery(Attached(part_id=new_id(), thing_id=thing))])
    await drained(drain)
    await inbox.accept([a_delivery(Made(thing_id=thing), tenant_id=NORTHSTAR)])

    assert await drained(drain) == 1
    assert (await the_row(inbox, "reader.attach")).status == "waiting"
