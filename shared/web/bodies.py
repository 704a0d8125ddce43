"""What requests and answers are made of."""

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """What a caller sends: every field is known, and nothing changes it afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class View(BaseModel):
    """What a caller sees of a record, read from the record's own attributes."""

    model_config = ConfigDict(from_attributes=True, frozen=True)
