"""What every published event has in common, and the shapes that facts are made of."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from shared.contracts.upcasting import Upcasters
from shared.money import plain

AMOUNT_PATTERN = r"^-?\d{1,14}(\.\d{1,6})?$"


# Money travels as a string with a pattern, so that no reader makes a float of it and the schema tells the truth.
Amount = Annotated[
    Decimal,
    Field(max_digits=20, decimal_places=6),
    PlainSerializer(plain, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": AMOUNT_PATTERN, "examples": ["1250.00"]}),
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217", examples=["EUR"])]
Minutes = Annotated[int, Field(description="integer minutes")]

TYPE = re.compile(r"^throughline\.[a-z]+\.[a-z_]+\.[a-z_]+\.v([1-9]\d*)$")
REGISTRY: dict[str, type[Event]] = {}


class Fact(BaseModel):
    """A part of an event: plain data that never changes. Fields are only ever added, never renamed or removed."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Fact):
    """Something that happened, with all that another service needs to act on it.

    A subclass names its CloudEvents `type` (`throughline.<service>.<noun>.<verb_past>.v<major>`), its additive
    revision `minor`, and `about`: the noun and the field that say which record it is about.
    `thread_id` is the opportunity that the fact goes back to: the correlation id of the whole thread.
    """

    type: ClassVar[str]
    minor: ClassVar[int] = 0
    about: ClassVar[tuple[str, str]]
    unconsumed: ClassVar[str] = ""
    """Why it is announced although no service of ours reacts to it; empty where one does."""
    unannounced: ClassVar[str] = ""
    """Why a service of ours reacts to it although none announces it yet; empty where one does."""
    upcasters: ClassVar[Upcasters]

    thread_id: UUID | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        version = TYPE.match(cls.type)
        if version is None:
            raise TypeError(f"{cls.__name__}.type is {cls.type!r}, which does not match {TYPE.pattern}")
        if cls.type in REGISTRY:
            raise TypeError(f"{cls.type} is declared twice")
        REGISTRY[cls.type] = cls
        cls.upcasters = Upcasters(int(version[1]), cls.minor)

    @classmethod
    def read(cls, major: int, minor: int, body: bytes) -> Self:
        """The event as `body` (JSON) of version `major`.`minor` tells it; raises NotUpcast or ValidationError.

        Fields it does not know are left aside, so that what a later minor says is read as well.
        """
        return cls.model_validate_json(cls.upcasters.lift(major, minor, body))

    @property
    def subject(self) -> str:
        """What the event is about, for example `opportunity/0192…`; also the key that keeps its order."""
        noun, field = self.about
        return f"{noun}/{getattr(self, field)}"

    @classmethod
    def publisher(cls) -> str:
        """The service that owns this event."""
        return cls.type.split(".")[1]
