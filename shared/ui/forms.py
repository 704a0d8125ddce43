"""Forms: what a person typed as nested values, and what was wrong with it, field by field.

A field is named by the JSON pointer of its value, without the slash in front: `lines/0/minutes`. So a form reads into
the same shape as the body of the API, and whatever refuses that body points at the field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from shared.errors import Refused


@dataclass(frozen=True)
class Faults:
    """Why a form was refused: what to say above it, and what to say beside each field."""

    summary: str = ""
    mend: str = ""
    by_field: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def of(self, name: str) -> Sequence[str]:
        """What is wrong with the field `name`."""
        return self.by_field.get(name, ())

    @classmethod
    def of_refusal(cls, refusal: Refused) -> Faults:
        """The faults that `refusal` names."""
        named = {refusal.field.lstrip("/"): (refusal.detail,)} if refusal.field else {}
        return cls(refusal.detail, refusal.mend or "", named)

    @classmethod
    def of_validation(cls, error: ValidationError, summary: str = "") -> Faults:
        """The faults that pydantic found."""
        by_field: dict[str, list[str]] = {}
        for each in error.errors():
            by_field.setdefault("/".join(str(step) for step in each["loc"]), []).append(each["msg"])
        return cls(summary, "", by_field)


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


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(each) for name, each in value.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
