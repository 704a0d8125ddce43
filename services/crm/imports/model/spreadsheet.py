"""Reading a workbook: every sheet becomes the CSV that it would be saved as, within limits."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zipfile import BadZipFile

from shared.errors import Invalid

SIGNATURE = b"PK\x03\x04"
UNPACKED_BYTES = 100 * 1024 * 1024
PARTS = 1_000
ROWS = 200_000
COLUMNS = 200


class NoWorkbook(Invalid):
    """The file is no workbook that can be read.

    Save it as .xlsx without a password, or as "CSV UTF-8".
    """


class WorkbookTooLarge(Invalid):
    """The workbook is too large: 100 MiB unpacked, 200,000 rows and 200 columns are the most.

    Split it, or save its sheets as CSV.
    """


def is_workbook(content: bytes) -> bool:
    """Whether these bytes are those of a packed workbook."""
    return content.startswith(SIGNATURE)


def sheets_as_csv(content: bytes, date_format: str) -> dict[str, bytes]:
    """The sheets that are not empty, by name, as CSV in UTF-8; dates are written in `date_format`.

    Raises NoWorkbook, WorkbookTooLarge. Formulas stay formulas, so that the rules for cells can refuse them.
    """
    _check_size(content)
    # Here, because few imports are workbooks and every start would wait for it.
    import openpyxl  # noqa: PLC0415
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
        raise NoWorkbook(field="/files") from error
    try:
        found = {sheet.title: _as_csv(sheet, date_format) for sheet in book.worksheets}
    finally:
        book.close()
    return {title: text for title, text in found.items() if text}


def _check_size(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except BadZipFile as error:
        raise NoWorkbook(field="/files") from error
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED_BYTES:
        raise WorkbookTooLarge(field="/files")


def _as_csv(sheet: Any, date_format: str) -> bytes:
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    for cells in _rows(sheet, date_format):
        writer.writerow(cells)
    return written.getvalue().encode()


def _rows(sheet: Any, date_format: str) -> Iterator[list[str]]:
    width = 0
    # The size that a sheet claims may be a lie; what is really read is counted.
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [_text(value, date_format) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        width = width or len(cells)
        if number > ROWS or len(cells) > COLUMNS:
            raise WorkbookTooLarge(field="/files")
        if cells:
            yield cells + [""] * (width - len(cells))


def _text(value: object, date_format: str) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.strftime(date_format)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
