"""What relays and drains count is what has happened, each thing once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import pytest
from prometheus_client import REGISTRY

from shared.database import Database
from shared.ids import new_id
from shared.messaging.drain import Drain
from shared.messaging.inbox import Inbox
from shared.messaging.newest import REMEMBERED, Newest
from shared.messaging.relay import Relay
from shared.messaging.transport import Failure, Fault, LinkDown
from shared.work import Work
from tests.shared.messaging.deliveries import a_delivery, broken_ones
from tests.shared.messaging.probe import Noted, Reader, announce
from tests.shared.messaging.suite import drained
from tests.shared.messaging.test_relay import Told

CONSUMER = {"service": "reader", "consumer": "reader.write_down"}


class Counted:
    """By how much a sample of ours has grown since the test began."""

    def __init__(self, name: str, **labels: str) -> None:
        self._name, self._labels = f"throughline_{name}", labels
        self._before = self._now()

    @property
    def more(self) -> float:
        """How much more it is by now."""
        return self._now() - self._before

    def _now(self) -> float:
        return REGISTRY.get_sample_value(self._name, self._labels) or 0.0


async def test_a_reaction_is_timed_with_the_error_that_it_ended_in(inbox: Inbox, drain: Drain, reader: Reader) -> None:
    async def fail_at_one(_: Work, event: Noted) -> None:
        if event.number == 1:
            raise ZeroDivisionError

    reader.spell = fail_at_one
    well = Counted("inbox_handler_seconds_count", **CONSUMER, error="")
    ill = Counted("inbox_handler_seconds_count", **CONSUMER, error="ZeroDivisionError")
    tried = Counted("inbox_handled_total", **CONSUMER, outcome="retry")

    await inbox.accept([a_delivery(Noted(thing_id=new_id(), number=number)) for number in range(3)])
    await drained(drain)

    assert (well.more, ill.more, tried.more) == (2, 1, 1)


async def test_what_cannot_be_read_is_counted_as_parked_and_never_timed(inbox: Inbox, drain: Drain) -> None:
    parked = Counted("inbox_dead_letters_total", service="reader", reason="wrong_schema")
    timed = Counted("inbox_handler_seconds_count", **CONSUMER, error="wrong_schema")

    await inbox.accept([broken_ones()["wrong_schema"]])
    await drained(drain)

    assert (parked.more, timed.more) == (1, 0)


async def test_old_news_behind_newer_ones_are_counted(inbox: Inbox, drain: Drain) -> None:
    thing, stale = new_id(), Counted("inbox_stale_total", **CONSUMER)
    for sequence in (1, 3, 2):
        await inbox.accept([a_delivery(Noted(thing_id=thing, number=sequence), sequence=sequence)])
        await drained(drain)

    assert stale.more == 1


def test_only_so_many_things_are_remembered() -> None:
    newest = Newest()
    for number in range(REMEMBERED + 1):
        newest.is_behind("reader.write_down", UUID(int=1), f"thing/{number}", 5)

    assert newest.is_behind("reader.write_down", UUID(int=1), f"thing/{REMEMBERED}", 4)
    assert not newest.is_behind("reader.write_down", UUID(int=2), f"thing/{REMEMBERED}", 4)
    assert not newest.is_behind("reader.write_down", UUID(int=1), "thing/0", 4)


async def test_what_is_parked_at_once_is_counted_whatever_came_with_it(inbox: Inbox) -> None:
    first, second = (broken_ones()["too_large"] for _ in range(2))
    known = a_delivery(Noted(thing_id=new_id(), number=1))
    await inbox.accept([known, first])
    parked = Counted("inbox_dead_letters_total", service="reader", reason="too_large")
    twice = Counted("inbox_duplicates_total", service="reader")

    await inbox.accept([known, first, second, replace(second)])

    assert (parked.more, twice.more) == (1, 3)


@pytest.mark.parametrize("fault", list(Fault))
async def test_what_the_other_side_does_not_take_is_counted_by_why(writer_database: Database, fault: Fault) -> None:
    await announce(writer_database, [Noted(thing_id=new_id(), number=1)])
    counted = {each: Counted("outbox_not_taken_total", service="writer", error=each.value) for each in Fault}

    with suppress(LinkDown):
        await Relay(writer_database, Told(lambda _: Failure("no", fault))).once()

    assert {each: one.more for each, one in counted.items()} == {each: float(each is fault) for each in Fault}
