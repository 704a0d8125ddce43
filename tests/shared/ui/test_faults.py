"""What is wrong with a field is said to people in plain words; nothing of pydantic's own reaches a form."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from babel import Locale
from pydantic import AnyHttpUrl, BaseModel, Field, ValidationError, field_validator

from shared.ui.faults import fault_of
from shared.ui.reader import Reader, reading

GERMAN = Reader(Locale("de"), UTC)  # type: ignore[arg-type]  # a zone is not asked for


class Colour(StrEnum):
    RED = "red"


class Form(BaseModel):
    """One field of every kind that forms have."""

    name: Annotated[str, Field(min_length=2, max_length=5)] = "ok"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    code: Annotated[str, Field(pattern=r"^\d+$")] = "1"
    number: Annotated[int, Field(ge=1, lt=10)] = 1
    amount: Annotated[Decimal, Field(gt=0, le=1000, decimal_places=2, max_digits=8)] = Decimal(1)
    day: date = date(2026, 1, 1)
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    id: UUID = UUID(int=0)
    colour: Colour = Colour.RED
    kind: Literal["a"] = "a"
    agreed: bool = True
    ids: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    url: AnyHttpUrl = AnyHttpUrl("https://example.com")
    own: str = ""

    @field_validator("own")
    @classmethod
    def _never(cls, value: str) -> str:
        raise ValueError("These are not hours.")


def fault(**said: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        Form.model_validate(said)
    [error] = refused.value.errors()
    return fault_of(error)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("number", None, "Fill this in."),
        ("name", "", "Fill this in."),
        ("name", "x", "Write no fewer characters than 2."),
        ("name", "too long", "Write no more characters than 5."),
        ("currency", "euro", "Write 3 capital letters."),
        ("code", "x", "This is not written as it should be."),
        ("number", "many", "Write a whole number."),
        ("number", "0", "Write 1 or more."),
        ("number", "10", "Write less than 10."),
        ("amount", "much", "Write a number."),
        ("amount", "0", "Write more than 0."),
        ("amount", "1001", "Write 1,000 or less."),
        ("amount", "1.234", "Write no more decimals than 2."),
        ("amount", "1234567890", "This number is too large."),
        ("day", "someday", "Choose a day."),
        ("at", "sometime", "Choose a day and a time."),
        ("id", "mine", "Choose one of those that are offered."),
        ("colour", "blue", "Choose one of those that are offered."),
        ("kind", "b", "Choose one of those that are offered."),
        ("agreed", "perhaps", "Choose one of those that are offered."),
        ("ids", [1, 2, 3], "Choose no more than 2."),
        ("url", "nowhere", "Write an address such as https://example.com."),
        ("own", "x", "These are not hours."),
    ],
)
def test_a_fault_says_what_to_do(field: str, value: Any, said: str) -> None:
    assert fault(**{field: value}) == said


def test_a_fault_is_said_in_the_readers_language() -> None:
    with reading(GERMAN):
        assert fault(number="0") == "Schreiben Sie 1 oder mehr."
        assert fault(own="x") == "Das sind keine Stunden."
