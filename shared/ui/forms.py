"""Forms: what a person typed as nested values, and what was wrong with it, field by field.

A field is named by the JSON pointer of its value, without the slash in front: `lines/0/minutes`. So a form reads into
the same shape as the body of the API, and whatever refuses that body points at the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from babel.numbers import NumberFormatError, parse_decimal

from shared.errors import Invalid
from shared.ui.reader import current_reader

CLOCK = re.compile(r"(\d{1,6}):([0-5]\d)")
HOURS = re.compile(r"\d{1,6}([.,]\d{1,2})?")
GROUPED = re.compile(r"-?\d[\d.,'’ ]*")  # noqa: RUF001  # as the Swiss group
PLAIN = re.compile(r"-?\d+([.,]\d{1,2})?")


class NotANumber(Invalid):
    """This is not a number.

    Write it with digits, such as 1250.50.
    """


class NotHours(Invalid):
    """These are not hours.

    Write them as 7:30 or 7.5.
    """


@dataclass(frozen=True)
class Faults:
    """Why a form was refused: what to say above it, and what to say beside each field."""

    summary: str = ""
    mend: str = ""
    by_field: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def of(self, name: str) -> Sequence[str]:
        """What is wrong with the field `name`."""
        return self.by_field.get(name, ())


def nested(values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The values of a form as a tree: `lines/0/minutes=90` becomes `{"lines": [{"minutes": "90"}]}`.

    Fields left empty are left out; steps that are all numbers make a list, in their order.
    """
    tree: dict[str, Any] = {}
    for name, value in values:
        *steps, last = name.split("/")
        if value == "":
            continue
        branch = tree
        for step in steps:
            branch = branch.setdefault(step, {})
        branch[last] = value
    return {name: _with_lists(value) for name, value in tree.items()}


def typed_amount(text: str, field: str) -> Decimal:
    """The number that the reader typed, `1250.50` or as their language groups it; raises NotANumber at `/field`."""
    written = text.strip().replace("\N{NO-BREAK SPACE}", "")
    if PLAIN.fullmatch(written):
        return Decimal(written.replace(",", "."))
    if not GROUPED.fullmatch(written):
        raise NotANumber(field=f"/{field}")
    try:
        return parse_decimal(written, locale=current_reader().locale, strict=True)
    except NumberFormatError:
        raise NotANumber(field=f"/{field}") from None


def typed_minutes(text: str, field: str) -> int:
    """The minutes of hours typed as `7:30`, `7.5` or `7,5`; to the nearest; raises NotHours at `/field`."""
    if clock := CLOCK.fullmatch(text.strip()):
        return int(clock[1]) * 60 + int(clock[2])
    if not HOURS.fullmatch(text.strip()):
        raise NotHours(field=f"/{field}")
    minutes = Decimal(text.strip().replace(",", ".")) * 60
    return int(minutes.quantize(Decimal(1)))


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(each) for name, each in value.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
