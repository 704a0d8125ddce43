"""A gate that lets everything through guards nothing: every kind of break is planted once, and found."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import pytest
from pydantic import Field

from deploy.events.files import contract_of, services
from deploy.events.releases import Contract
from deploy.events.samples import sample
from shared.contracts.base import Event, Fact
from shared.contracts.billing import InvoiceIssued
from shared.contracts.crm import AccountChanged
from shared.messaging.reactions import Reaction
from tests.contracts import gate
from tests.contracts.planted import RELEASED, Made, Part, planted, went_out


def changed(**fields: Any) -> type[Event]:
    """Made in its next minor, with other fields (annotation, or annotation and default)."""
    told = {name: field if isinstance(field, tuple) else (field,) for name, field in fields.items()}
    body: dict[str, Any] = {
        "__module__": __name__,
        "__doc__": Made.__doc__,
        "__annotations__": {name: field[0] for name, field in told.items()},
        **{name: field[1] for name, field in told.items() if len(field) > 1},
        "minor": 1,
    }
    return planted(type("Made", (Made,), body))


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"
    GREEN = "green"


class LighterPart(Fact):
    name: str


class HeavierPart(Part):
    height: int = 0


class PartOfMetal(Part):
    metal: str


BREAKS: dict[str, tuple[dict[str, Any], str]] = {
    "a field has another type": ({"label": int}, "label: type was string, is integer"),
    "a text is told to be a date": ({"label": Annotated[str, Field(json_schema_extra={"format": "date"})]}, "format"),
    "a field must be there now": ({"note": str | None}, "the event: required"),
    "a field may be missing now": ({"label": (str, "none")}, "the event: required"),
    "a field is never nothing now": ({"note": (str, "")}, "note: anyOf"),
    "a field may be nothing now": ({"label": str | None}, "label: anyOf"),
    "a bound is tighter": ({"code": (Annotated[str, Field(max_length=5)], "")}, "code: maxLength was 20, is 5"),
    "a bound is wider": ({"code": (Annotated[str, Field(max_length=90)], "")}, "code: maxLength was 20, is 90"),
    "a default is another one": ({"code": (Annotated[str, Field(max_length=20)], "x")}, "code: default"),
    "a list has another member": ({"colour": Colour}, "colour: enum"),
    "a list has become one": ({"parts": Part}, "parts: items"),
    "a part lost a field": ({"parts": list[LighterPart]}, "parts.*.weight: removed"),
    "a part needs another field": ({"parts": list[PartOfMetal]}, "parts.*: required"),
    "something nobody thought of": (
        {"label": Annotated[str, Field(json_schema_extra={"contentEncoding": "base64"})]},
        "label: contentEncoding was None, is base64",
    ),
}


@pytest.mark.parametrize("planting", BREAKS)
def test_a_change_that_is_not_allowed_is_found(planting: str) -> None:
    fields, expected = BREAKS[planting]

    assert any(expected in each for each in gate.broken_rules([changed(**fields)], RELEASED)), planting


def test_a_field_that_is_removed_or_renamed_is_found() -> None:
    broken = gate.broken_rules([Made], went_out(changed(title=(str, ""))) | RELEASED)

    assert "crm.thing.made.v1: title: removed" in gate.broken_rules([late(Made, 2)], went_out(changed(title=(str, ""))))
    assert broken == ["crm.thing.made.v1: minor 0, but 1 has been released"]


def late(event: type[Event], minor: int) -> type[Event]:
    """`event`, as if it were at `minor`."""
    return planted(type(event.__name__, (event,), {"__module__": __name__, "__doc__": event.__doc__, "minor": minor}))


def test_a_released_minor_is_not_added_to() -> None:
    grown = late(changed(size=(int, 0)), 0)

    assert gate.broken_rules([grown], RELEASED) == ["crm.thing.made.v1: size: added to a released minor; raise `minor`"]


def test_new_optional_fields_and_other_words_are_no_break() -> None:
    better = Annotated[str, Field(description="What is written on it.", examples=["one"])]
    grown = changed(label=better, size=(int, 0), parts=list[HeavierPart], main=(HeavierPart, HeavierPart(name="none")))

    assert gate.broken_rules([grown], RELEASED) == []


def test_a_contract_goes_only_when_a_later_major_that_reads_it_has_been_out() -> None:
    lost = ["crm.thing.made.v1: gone, and no later major that has been released reads it"]
    later = made_again()
    assert gate.broken_rules([], RELEASED) == lost
    assert gate.broken_rules([later], RELEASED | went_out(later)) == lost

    later.upcasters.step(major=1)(lambda told: told)
    assert gate.broken_rules([later], RELEASED) == lost
    assert gate.broken_rules([later], RELEASED | went_out(later)) == []


def made_again() -> type[Event]:
    """The next major of Made."""
    body = {"__module__": __name__, "__doc__": Made.__doc__, "type": "throughline.crm.thing.made.v2"}
    return planted(type("Made", (Made,), body))


def test_what_was_released_and_is_altered_is_found() -> None:
    contract = contract_of(next(iter(services()[0].all_reactions)).event_type)

    assert gate.altered({contract: contract.sha256, Contract("crm.thing.made.v1", 0): "0" * 64}) == [
        "crm.thing.made.v1 minor 0 is not what was released: restore its files"
    ]
    assert len(gate.altered({contract: "0" * 64})) == 1


def test_a_sample_that_nobody_reads_any_more_is_found_and_an_upcaster_mends_it() -> None:
    old = {contract_of(Made): sample(Made).model_dump_json().encode()}
    tight = changed(size=int)
    assert gate.unreadable_samples([Made], old) == []
    assert "size" in gate.unreadable_samples([tight], old)[0]

    tight.upcasters.step(major=1, minor=0)(lambda told: {**told, "size": 1})
    assert gate.unreadable_samples([tight], old) == []
    assert gate.unreadable_samples([made_again()], old) == ["crm.thing.made.v1: nobody reads it any more"]


def test_what_an_older_reader_would_refuse_is_found() -> None:
    assert gate.unreadable_for_older_readers([changed(size=(int, 0))], RELEASED) == []
    assert "$.label: 480 is not of type 'string'" in " ".join(
        gate.unreadable_for_older_readers([changed(label=int)], RELEASED)
    )
    assert "None is not of type 'string'" in " ".join(
        gate.unreadable_for_older_readers([changed(label=(str | None, None))], RELEASED)
    )


async def nothing(*_: object) -> None:
    """React."""


@pytest.mark.parametrize(
    ("announced", "heard", "marked", "expected"),
    [
        ({"Made": {"crm"}}, True, "", []),
        ({"Made": {"crm"}}, False, "for others", []),
        ({}, True, "", ["billing.note: nobody announces Made"]),
        ({"Made": {"crm"}}, False, "", ["Made: nobody reacts: mark it"]),
        ({"Made": {"crm"}}, True, "for others", ["Made: is consumed, but marked"]),
        ({"Made": {"crm", "billing"}}, True, "", ["Made is crm's, but billing announces it"]),
    ],
)
def test_an_event_without_counterpart_is_found(
    announced: dict[str, set[str]], heard: bool, marked: str, expected: list[str]
) -> None:
    event = late(Made, 0)
    event.unconsumed = marked
    reactions = [Reaction("billing.note", event, nothing)] if heard else []

    assert gate.without_counterpart([event], reactions, announced) == expected


def test_a_reaction_may_be_there_before_its_event_but_not_keep_saying_so() -> None:
    event = late(Made, 0)
    event.unannounced = "Delivery is not that far."
    reactions = [Reaction("billing.note", event, nothing)]

    assert gate.without_counterpart([event], reactions, {}) == []
    assert gate.without_counterpart([event], reactions, {event.__name__: {event.publisher()}}) == [
        f"{event.__name__}: is announced, but marked as unannounced"
    ]


def test_who_announces_is_told_by_the_code() -> None:
    assert gate.producers_of([InvoiceIssued, AccountChanged, Made]) == {
        "InvoiceIssued": {"billing"},
        "AccountChanged": {"crm"},
    }
