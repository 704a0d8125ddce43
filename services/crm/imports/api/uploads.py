"""Files as they are sent, each sheet of a workbook as a file of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from pathlib import PurePath

from starlette.datastructures import UploadFile

from services.crm.imports.actions import Upload
from services.crm.imports.model.spreadsheet import is_workbook, sheets_as_csv

WRITTEN = "%Y-%m-%d"


async def uploads_of(
    files: Sequence[UploadFile], *, known: Collection[str] | None = None, date_format: str = WRITTEN
) -> list[Upload]:
    """The files as CSV; dates of workbooks are written in `date_format`. A workbook of one sheet is that sheet.

    It has the name of the workbook, but where `known` are the only names that mean something, only if it is one of
    them. Raises NoWorkbook, WorkbookTooLarge.
    """
    found: list[Upload] = []
    for file in files:
        content, stem = await file.read(), PurePath(file.filename or "").stem
        if not is_workbook(content):
            found.append(Upload(stem, content))
            continue
        sheets = await asyncio.to_thread(sheets_as_csv, content, date_format)
        is_the_file = len(sheets) == 1 and (known is None or stem in known)
        found += [Upload(stem if is_the_file else title, text) for title, text in sheets.items()]
    return found
