"""A list as a file that a spreadsheet opens: what the links CSV and XLSX of a table lead to."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any, Literal

from fastapi import Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from shared.money import plain

Cell = str | int | Decimal | date | None
Kind = Literal["csv", "xlsx"]
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table_file(name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], kind: Kind) -> Response:
    """The answer that a browser saves as `name.csv` or `name.xlsx`: `head`, then `rows` as exact values.

    Text that a spreadsheet would take for a formula stays text. Instants are written in UTC.
    """
    body = _csv(head, rows) if kind == "csv" else _xlsx(head, rows)
    return Response(
        body, media_type=MEDIA_TYPES[kind], headers={"content-disposition": f'attachment; filename="{name}.{kind}"'}
    )


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
    text = WriteOnlyCell(sheet, value=cell)
    text.data_type = "s"
    return text
