"""An event that was released, and what may become of it: contracts that are no part of the product."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, TypeVar
from uuid import UUID

from pydantic import Field

from deploy.events.catalogue import name_of
from deploy.events.files import contract_of
from deploy.events.releases import Contract
from shared.contracts.base import REGISTRY, Amount, Event, Fact
from tests.contracts.gate import Schema

Planted = TypeVar("Planted", bound=type[Event])


def planted(event: Planted) -> Planted:
    """Take `event` out of the register of the product."""
    del REGISTRY[event.type]
    return event


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Part(Fact):
    name: str
    weight: int = 0


class Thing(Event):
    """What all versions have in common."""

    type: ClassVar[str] = "throughline.crm.thing.made.v1"
    about: ClassVar[tuple[str, str]] = ("thing", "thing_id")
    thing_id: UUID


planted(Thing)


@planted
class Made(Thing):
    """A thing was made."""

    label: str
    colour: Colour
    worth: Amount
    parts: list[Part]
    main: Part = Part(name="none")
    note: str | None = None
    code: Annotated[str, Field(max_length=20)] = ""


RELEASED = {contract_of(Made): Made.model_json_schema(mode="serialization")}
"""Made, minor 0, went out."""


def went_out(*events: type[Event]) -> dict[Contract, Schema]:
    """The schemas of `events`, as they would lie in the tree once released."""
    return {Contract(name_of(event), event.minor): event.model_json_schema(mode="serialization") for event in events}
