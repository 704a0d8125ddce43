"""What a form says, as the body that the API takes: the same fields, the same checks, the same pointers to faults."""

from __future__ import annotations

from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, ValidationError

from shared.pages.session import TOKEN_FIELD
from shared.ui.forms import NotANumber, nested, typed_amount

Model = TypeVar("Model", bound=BaseModel)


def _as_typed(value: Any) -> Any:
    """An amount as people type it, in the words of pydantic."""
    if not isinstance(value, str):
        return value
    try:
        return typed_amount(value, "")
    except NotANumber as refusal:
        raise ValueError(str(refusal)) from None


Typed = BeforeValidator(_as_typed)
"""Marks an amount of a form that may be typed as the reader's language writes it: `1.250,50`."""


async def form_of(request: Request, model: type[Model]) -> Model:
    """The form that was sent, as a `model`; what was left empty is as `model` has it by default.

    A field is named by its place in the body: `billing_address/city`. Raises RequestValidationError.
    """
    values = [(name, value) for name, value in (await request.form()).multi_items() if name != TOKEN_FIELD]
    try:
        return model.model_validate(nested(values))
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults) from error
