"""A table as a page describes it: columns, rows, how they are sorted and filtered, and where the next ones start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from shared.changes import feature_of

PAGING = frozenset({"cursor", "format"})  # what a link to another order or filter must forget


@dataclass(frozen=True)
class Column:
    """One column; `key` is what `sort=` names, `shown` whether it is seen before anybody chooses columns."""

    key: str
    label: str
    sorts: bool = False
    number: bool = False
    shown: bool = True


@dataclass(frozen=True)
class Listing:
    """Some rows in order; `next` is the cursor of the following ones, None on the last page."""

    id: str
    columns: Sequence[Column]
    rows: Sequence[Any]
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    next: str | None = None
    exports: Sequence[str] = ()
    feature: str | None = None
    """Whose changes it shows by itself, as the browser hears of them: `billing-invoices`."""

    @classmethod
    def of(
        cls,
        request: Request,
        id: str,
        columns: Sequence[Column],
        rows: Sequence[Any],
        *,
        next: str | None = None,
        exports: Sequence[str] = (),
    ) -> Listing:
        """The listing that `request` asked for: its links keep the request's own filters and order."""
        feature = _feature(request)
        return cls(id, columns, rows, request.url.path, dict(request.query_params), next, exports, feature)

    @property
    def sort(self) -> str:
        """The key of the column that sorts, with a minus in front when it descends; empty in the natural order."""
        return self.query.get("sort", "")

    def direction(self, column: Column) -> str:
        """How `column` is sorted, in the words of `aria-sort`."""
        return {column.key: "ascending", f"-{column.key}": "descending"}.get(self.sort, "none")

    def sorted_by(self, column: Column) -> str:
        """The address of the same rows sorted by `column`, the other way round when they are already."""
        return self.link(sort=f"-{column.key}" if self.sort == column.key else column.key)

    def more(self) -> str:
        """The address of the following rows."""
        return self.link(cursor=self.next)

    def link(self, **changes: str | None) -> str:
        """The address of this listing with `changes` to its query; None leaves a part out."""
        kept = {name: value for name, value in self.query.items() if name not in PAGING}
        wanted = {name: value for name, value in (kept | changes).items() if value}
        return f"{self.path}?{urlencode(wanted)}" if wanted else self.path


def _feature(request: Request) -> str | None:
    """The feature that answers, unless it answers to something sent: that is not asked again."""
    endpoint = request.scope.get("endpoint")
    if endpoint is None or request.method != "GET":
        return None
    return f"{request.url.path.split('/')[1]}-{feature_of(endpoint)}"
