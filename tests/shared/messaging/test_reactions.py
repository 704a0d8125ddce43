"""A consumer's name is explicit, stable and borne by one reaction of the service."""

import pytest

from shared.messaging.reactions import ConsumerTaken, NotReady, Reactions
from shared.work import Work
from tests.shared.messaging.probe import Made, Noted


async def note(work: Work, event: Noted, sequence: int) -> None:
    """Do nothing."""


async def make(work: Work, event: Made, sequence: int) -> None:
    """Do nothing."""


def test_one_name_for_two_reactions_is_refused_within_a_feature() -> None:
    reactions = Reactions()
    reactions.on(Noted, consumer="reader.write_down")(note)

    with pytest.raises(ConsumerTaken, match=r"reader\.write_down is"):
        reactions.on(Made, consumer="reader.write_down")(make)


def test_one_name_for_two_reactions_is_refused_over_the_whole_service() -> None:
    one, other = Reactions(), Reactions()
    one.on(Noted, consumer="reader.write_down")(note)
    other.on(Made, consumer="reader.write_down")(make)

    with pytest.raises(ConsumerTaken):
        Reactions.together([one, other])


def test_a_name_without_its_service_is_refused() -> None:
    with pytest.raises(TypeError, match="does not match"):
        Reactions().on(Noted, consumer="write_down")


def test_two_reactions_to_one_event_share_one_binding() -> None:
    reactions = Reactions()
    reactions.on(Noted, consumer="reader.write_down")(note)
    reactions.on(Noted, consumer="reader.count")(note)

    assert reactions.routing_keys == ["writer.thing.noted"]
    assert [reaction.consumer for reaction in reactions.routed("writer.thing.noted")] == [
        "reader.write_down",
        "reader.count",
    ]


def test_not_ready_names_what_it_waits_for() -> None:
    assert NotReady("project/1").subject == "project/1"
