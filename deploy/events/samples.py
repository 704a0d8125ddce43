"""Examples of events, the same each time."""

from __future__ import annotations

import types
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Union, get_args, get_origin
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel

SAMPLE_DAY = date(2026, 3, 2)
SAMPLE_INSTANT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PLAIN: dict[Any, Any] = {
    date: SAMPLE_DAY,
    datetime: SAMPLE_INSTANT,
    Decimal: Decimal("1250.00"),
    int: 480,
    bool: True,
    float: 0.5,
}


def sample(model: type[BaseModel]) -> Any:
    """An example of `model` with every field filled."""
    return model(**{name: _value(name, field.annotation, field.examples) for name, field in model.model_fields.items()})


def bare_sample(model: type[BaseModel]) -> Any:
    """An example of `model` that says no more than it has to: what may be missing is, and lists are empty."""
    said = {}
    for name, field in model.model_fields.items():
        if field.is_required():
            said[name] = _bare(name, field.annotation, field.examples)
    return model(**said)


def _bare(name: str, kind: Any, examples: list[Any] | None) -> Any:
    if type(None) in get_args(kind):
        return None
    if get_origin(kind) is list:
        return []
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return bare_sample(kind)
    return _value(name, kind, examples)


def _value(name: str, kind: Any, examples: list[Any] | None) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(each for each in get_args(kind) if each is not type(None))
    if get_origin(kind) is list:
        return [_value(name, get_args(kind)[0], examples)]
    if kind is UUID:
        return uuid5(NAMESPACE_URL, name)
    if kind is str:
        return _text(name, examples)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return next(iter(kind))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return sample(kind)
    return _plain(name, kind)


def _text(name: str, examples: list[Any] | None) -> str:
    if name == "currency":
        return "EUR"
    return str(examples[0]) if examples else name.replace("_", " ")


def _plain(name: str, kind: Any) -> Any:
    base = next((part for part in (kind, *get_args(kind)) if part in PLAIN), None)
    if base is None:
        raise TypeError(f"no sample for the field {name} of type {kind}")
    return Decimal("0.5") if name == "probability" else PLAIN[base]
