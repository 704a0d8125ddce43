"""A table as a page describes it: columns, rows, how they are sorted and filtered, and where the next ones start."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query, Request

from shared.changes import feature_of
from shared.database import LIMIT_DEFAULT, LIMIT_OF_FILE
from shared.errors import Invalid
from shared.ui.export import MEDIA_TYPES, Cell, Kind, TableFile, Who
from shared.ui.formats import day_before, in_words
from shared.ui.words import gettext

PAGING = frozenset({"cursor", "as"})  # what a link to another order or filter must forget
Of = str | Callable[[Any], Any]


class TooManyRows(Invalid):
    """This list has more than 10,000 rows, which is all that a file takes.

    Narrow the list by its filters or its search, then save it once more.
    """


@dataclass(frozen=True)
class Asked:
    """Which rows of a list somebody asked for, in which order: those behind a cursor, or as many as a file takes."""

    cursor: Annotated[str | None, Query(max_length=1000)] = None
    sort: Annotated[str, Query(max_length=40)] = ""
    kind: Annotated[Kind | None, Query(alias="as")] = None

    @property
    def limit(self) -> int:
        """How many rows at most."""
        return LIMIT_OF_FILE if self.kind else LIMIT_DEFAULT


Rows = Annotated[Asked, Depends()]


@dataclass(frozen=True)
class Column:
    """One column; `key` is what `sort=` names, `shown` whether it is seen before anybody chooses columns.

    `of` is what a row has in it, a plain value for a file: an attribute, `key` unless another is named, or a function
    of the row; several values, a tuple, make as many lines. `currency` is that of an amount. `only` says where the
    column is, unless both on the page and in the file; one without a label is on the page only.
    """

    key: str
    label: str
    of: Of | None = None
    sorts: bool = False
    number: bool = False
    shown: bool = True
    currency: Of | None = None
    only: Literal["page", "file"] | None = None


@dataclass(frozen=True)
class Listing:
    """Some rows in order; `next` is the cursor of the following ones, None on the last page."""

    id: str
    every_column: Sequence[Column]
    rows: Sequence[Any]
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    next: str | None = None
    feature: str | None = None
    """Whose changes it shows by itself, as the browser hears of them: `billing-invoices`."""

    exports = (("csv", "file-type-csv"), ("xlsx", "file-spreadsheet"))
    """The kinds of file it can be had as, each with its icon."""

    @classmethod
    def of(
        cls, request: Request, id: str, columns: Sequence[Column], rows: Sequence[Any], *, next: str | None = None
    ) -> Listing:
        """The listing that `request` asked for: its links keep the request's own filters and order."""
        return cls(id, columns, rows, request.url.path, dict(request.query_params), next, _feature(request))

    @property
    def columns(self) -> list[Column]:
        """The columns of the page."""
        return [column for column in self.every_column if column.only != "file"]

    @property
    def kind(self) -> Kind | None:
        """As which kind of file it was asked for, if as one."""
        asked = self.query.get("as")
        return cast(Kind, asked) if asked in MEDIA_TYPES else None

    def file(self, kind: Kind) -> TableFile:
        """All its rows, as the columns give their values. Raises TooManyRows rather than to leave any out."""
        if self.next is not None:
            raise TooManyRows()
        written = list(_written([one for one in self.every_column if one.label and one.only != "page"]))
        lines = (line for row in self.rows for line in _lines([of(row) for _, of in written]))
        return TableFile(self.id, [label for label, _ in written], lines, kind)

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


def who(of: Of) -> Callable[[Any], Who | None]:
    """For a column: whoever is known by log-in, whom files call by name, as pages do."""
    return _given(of, Who)


def in_hours(of: Of) -> Callable[[Any], Decimal | None]:
    """For a column: minutes, as hours to the hundredth."""
    return _given(of, lambda minutes: round(Decimal(minutes) / 60, 2))


def in_month(of: Of) -> Callable[[Any], str | None]:
    """For a column: a day, as the month that it is in."""
    return _given(of, lambda day: f"{day:%Y-%m}")


def last_day(of: Of) -> Callable[[Any], date | None]:
    """For a column: the day before which something ends, as its last one."""
    return _given(of, day_before)


def _given(of: Of, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    read = reader(of)
    return lambda row: None if (value := read(row)) is None else change(value)


def _written(columns: Sequence[Column]) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """The columns of a file: those of the list, and each currency behind the last amount that is in it."""
    for place, column in enumerate(columns, 1):
        yield column.label, reader(column.of or column.key)
        if column.currency and column.currency not in [later.currency for later in columns[place:]]:
            yield gettext("Currency"), reader(column.currency)


def reader(of: Of) -> Callable[[Any], Any]:
    """How `of` is read off a row."""
    return attrgetter(of) if isinstance(of, str) else of


def _lines(values: Sequence[Any]) -> Iterator[list[Cell]]:
    """A row whose columns have several values is as many lines, one at least."""
    height = max([1, *(len(value) for value in values if isinstance(value, tuple))])
    filled = [
        (*value, *[None] * (height - len(value))) if isinstance(value, tuple) else (value,) * height for value in values
    ]
    return ([_cell(value) for value in line] for line in zip(*filled, strict=True))


def _cell(value: Any) -> Cell:
    match value:
        case StrEnum():
            return gettext(in_words(value))
        case bool():
            return gettext("Yes") if value else gettext("No")
        case UUID():
            return str(value)
    return cast(Cell, value)
