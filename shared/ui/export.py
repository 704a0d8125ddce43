"""A list as a file that a spreadsheet opens: what the links CSV and XLSX of a table lead to."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any, Literal

from fastapi.responses import StreamingResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from shared.money import plain


class Who(str):
    """Somebody by log-in, who stands in a file by name, as on the page."""

    __slots__ = ()


Cell = str | int | Decimal | date | None
Kind = Literal["csv", "xlsx"]
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class TableFile(StreamingResponse):
    """The answer that a browser saves as `name.csv` or `name.xlsx`: `head`, then `rows` as exact values.

    Text that a spreadsheet would take for a formula stays text. Instants are written in UTC. It is written in a thread
    while it is sent, because ten thousand rows take a second.
    """

    def __init__(self, name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], kind: Kind) -> None:
        self.head, self.rows = head, list(rows)
        headers = {"content-disposition": f'attachment; filename="{name}.{kind}"'}
        super().__init__(self._written(_csv if kind == "csv" else _xlsx), media_type=MEDIA_TYPES[kind], headers=headers)

    def logins(self) -> list[str]:
        """Everybody who is in it by log-in."""
        return sorted({cell for row in self.rows for cell in row if isinstance(cell, Who)})

    def name(self, names: Mapping[str, str]) -> None:
        """Let everybody stand in it by name."""
        self.rows = [[names[cell] if isinstance(cell, Who) else cell for cell in row] for row in self.rows]

    def _written(self, write: Callable[[Sequence[str], Iterable[Sequence[Cell]]], bytes]) -> Iterator[bytes]:
        yield write(self.head, self.rows)


def _csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Comma-separated lines (RFC 4180), in UTF-8 with the mark by which spreadsheets know it."""
    lines = StringIO()
    writer = csv.writer(lines)
    writer.writerow(head)
    writer.writerows([_as_text(cell) for cell in row] for row in rows)
    return lines.getvalue().encode("utf-8-sig")


def _as_text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Decimal():
            return plain(cell)
        case date():
            return cell.isoformat()
        case str() if cell.startswith(BEGINS_A_FORMULA):
            return f"'{cell}"
    return str(cell)


def _xlsx(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(head))
    for row in rows:
        sheet.append([_as_cell(sheet, cell) for cell in row])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _as_cell(sheet: Any, cell: Cell) -> Any:
    if isinstance(cell, datetime):
        return cell.isoformat()  # a spreadsheet knows no time zones
    if not isinstance(cell, str):
        return cell
    text = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", cell))
    text.data_type = "s"
    return text
