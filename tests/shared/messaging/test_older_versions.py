"""A message of an older version is read as one of the present: live, tried again and parked; unknown ones wait."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

import pytest

from shared.clock import wall_clock
from shared.contracts.base import REGISTRY, Event
from shared.contracts.upcasting import Told
from shared.database import Database
from shared.ids import new_id
from shared.messaging.drain import Drain
from shared.messaging.inbox import Delivery, Inbox
from shared.messaging.reactions import Reactions, Reject
from shared.work import Work
from tests.shared.messaging.deliveries import an_envelope, delivered
from tests.shared.messaging.suite import change, drained, rows, the_row


class Painted(Event):
    """A thing was painted, in its second major: of the `shade` of 1.0 came a `colour`, of that a list of `colours`."""

    type: ClassVar[str] = "throughline.writer.thing.painted.v2"
    minor: ClassVar[int] = 0
    about: ClassVar[tuple[str, str]] = ("thing", "thing_id")
    thing_id: UUID
    colours: list[str]


del REGISTRY[Painted.type]  # no part of the product


@Painted.upcasters.step(major=1, minor=0)
def _a_colour(told: Told) -> Told:
    return {"colour": told["shade"], **told}


@Painted.upcasters.step(major=1)
def _many_colours(told: Told) -> Told:
    return {"colours": [told["colour"]], **told}


class Painter:
    """The consumer: remembers what it was told, and fails as often as it is bidden."""

    def __init__(self) -> None:
        self.reactions = Reactions()
        self.reactions.on(Painted, consumer="reader.paint")(self._paint)
        self.seen: list[list[str]] = []
        self.failures: list[Exception] = []

    async def _paint(self, work: Work, event: Painted, sequence: int) -> None:
        self.seen.append(event.colours)
        if self.failures:
            raise self.failures.pop()


@pytest.fixture
def painter() -> Painter:
    """A consumer of the present version."""
    return Painter()


@pytest.fixture
def inbox(painter: Painter, reader_database: Database) -> Inbox:
    """Its inbox."""
    return Inbox("reader", painter.reactions, reader_database)


@pytest.fixture
def drain(inbox: Inbox) -> Drain:
    """What runs it."""
    return Drain(inbox, wall_clock)


def painted(version: str, **told: Any) -> Delivery:
    """A message of `version`, for example 1.0."""
    major, minor = version.split(".")
    envelope = replace(
        an_envelope(Painted(thing_id=new_id(), colours=[])),
        type=f"throughline.writer.thing.painted.v{major}",
        schema_minor=int(minor),
        body=json.dumps({"thing_id": str(new_id()), **told}).encode(),
    )
    return delivered(envelope)


async def test_every_version_up_to_the_present_and_minors_beyond_it_are_acted_on(
    inbox: Inbox, drain: Drain, painter: Painter
) -> None:
    told = [
        painted("1.0", shade="red"),
        painted("1.1", colour="blue"),
        painted("1.9", colour="grey", gloss=True),
        painted("2.0", colours=["green"]),
        painted("2.7", colours=["black"], gloss=True),
    ]

    await inbox.accept(told)
    await drained(drain)

    assert sorted(painter.seen) == [["black"], ["blue"], ["green"], ["grey"], ["red"]]
    assert {row.status for row in await rows(inbox.database, "select status from msg.inbox")} == {"done"}


@pytest.mark.parametrize(
    "failure", [lambda: RuntimeError("no luck"), lambda: Reject("not yet")], ids=["retry", "parked"]
)
async def test_an_older_version_that_comes_back_is_read_alike(
    inbox: Inbox, drain: Drain, painter: Painter, failure: Callable[[], Exception]
) -> None:
    painter.failures.append(failure())
    await inbox.accept([painted("1.0", shade="red")])
    await drained(drain)
    assert (await the_row(inbox, "reader.paint")).status in ("retry", "parked")

    await change(inbox.database, "update msg.inbox set status = 'pending', next_at = msg.clock()")
    await drained(drain)

    assert painter.seen == [["red"], ["red"]]
    assert (await the_row(inbox, "reader.paint")).status == "done"


async def test_a_later_major_is_parked_and_so_is_what_cannot_be_led_to_the_present(
    inbox: Inbox, drain: Drain, painter: Painter
) -> None:
    await inbox.accept([painted("3.0", colours=["red"]), painted("1.0", hue="red")])
    await drained(drain)

    found = await rows(inbox.database, "select status, error_type, body from msg.inbox order by error_type")
    assert [(row.status, row.error_type) for row in found] == [("parked", "not_upcast"), ("parked", "unknown_major")]
    assert all(row.body for row in found)
    assert painter.seen == []
