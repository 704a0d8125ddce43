"""Lists over HTTP: a page, and the cursor at which the next one starts."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Self, TypeVar

from fastapi import Query
from pydantic import BaseModel

from shared.database import LIMIT_MAX, Page

Item = TypeVar("Item", bound=BaseModel)

Cursor = Annotated[
    str | None, Query(max_length=1000, description="`next` of the page before; without it, the first page")
]
Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="how many at most")]


class PageOf(BaseModel, Generic[Item]):
    """Some items in order; `next` is the cursor of the following page, null on the last one."""

    items: list[Item]
    next: str | None = None

    @classmethod
    def of(cls, found: Page[Any], item: type[Item]) -> Self:
        """The page `found`, each row shown as `item`."""
        return cls(items=[item.model_validate(row, from_attributes=True) for row in found.items], next=found.next)
