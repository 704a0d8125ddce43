"""What a form says, as the body that the API takes: the same fields, the same checks, the same pointers to faults."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Annotated, Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError

from shared.errors import Refused
from shared.pages.session import TOKEN_FIELD
from shared.ui.forms import NotANumber, NotHours, nested, typed_amount, typed_minutes

MINUS = ("-", "\N{MINUS SIGN}")
SIGNED = re.compile(r"([-+\N{MINUS SIGN}]?)\s*(.*)", re.DOTALL)
OF_ROW = re.compile(r"/(\w+)/(\d+)((?:/\w+)*)")
Model = TypeVar("Model", bound=BaseModel)


def _amount(value: Any) -> Any:
    """An amount as people type it, in the words of pydantic."""
    try:
        return typed_amount(value.strip().removeprefix("+"), "") if isinstance(value, str) else value
    except NotANumber as refusal:
        raise ValueError(str(refusal)) from None


def _minutes(value: Any) -> Any:
    """The minutes of hours as people type them, more or less of them too, in the words of pydantic."""
    if not isinstance(value, str):
        return value
    sign, hours = SIGNED.fullmatch(value.strip()).groups()  # type: ignore[union-attr]  # it fits everything
    try:
        return typed_minutes(hours, "") * (-1 if sign in MINUS else 1)
    except NotHours as refusal:
        raise ValueError(str(refusal)) from None


Typed = BeforeValidator(_amount)
"""Marks an amount of a form that may be typed as the reader's language writes it: `1.250,50`."""
TypedHours = BeforeValidator(_minutes)
"""Marks minutes of a form that are typed as hours: `7:30`, `7,5`, `-10`."""
LastDay = Annotated[date, Field(lt=date.max), AfterValidator(lambda last: last + timedelta(days=1))]
"""Where a period ends in a form: typed is its last day, kept the day after it."""


async def form_of(request: Request, model: type[Model]) -> Model:
    """The form that was sent, as a `model`; what was left empty is as `model` has it by default.

    A field is named by its place in the body: `billing_address/city`. Raises RequestValidationError.
    """
    values = [(name, value) for name, value in (await request.form()).multi_items() if name != TOKEN_FIELD]
    return _read(model, nested(values))


async def chosen_of(request: Request, model: type[Model], rows: str) -> Model:
    """What is asked of the ticked rows of a table, whose ids are the field `rows` of a `model`.

    Raises RequestValidationError.
    """
    form = await request.form()
    values = {name: value for name, value in form.items() if name in model.model_fields and value != ""}
    return _read(model, values | {rows: form.getlist("id")})


@contextmanager
def beside_rows(rows: str, keys: Sequence[object]) -> Iterator[None]:
    """Let a refusal of the row at a position of `rows` point at that row's fields, which the form names by its key."""
    try:
        yield
    except Refused as refusal:
        found = OF_ROW.fullmatch(refusal.field or "")
        if found and found[1] == rows:
            refusal.field = f"/{rows}/{keys[int(found[2])]}{found[3]}"
        raise


def _read(model: type[Model], values: dict[str, Any]) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults) from error
