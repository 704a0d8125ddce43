"""The report of an import, and its rejected lines, as files."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from services.crm.imports import queries
from services.crm.imports.model.records import NoteKind
from services.crm.imports.model.report import as_csv
from shared.work import Work

COLUMNS = ("file", "line", "column", "kind", "value", "becomes", "rule", "reason", "remedy")


async def report_file(work: Work, import_id: UUID, kind: NoteKind | None) -> Response:
    """Everything that was mapped or rejected; no cell of it is a formula. Raises NoSuchImport."""
    notes = await queries.whole_report(work, import_id, kind=kind)
    rows = ([getattr(note, name) for name in COLUMNS] for note in notes)
    return _file(f"import-report-{import_id}.csv", as_csv(COLUMNS, rows))


async def rejected_file(work: Work, import_id: UUID, file: str) -> Response:
    """The rejected lines of one file under its own header, to be corrected and sent again. Raises NoSuchImport."""
    header, lines = await queries.rejected_lines(work, import_id, file)
    return _file(f"{file}.csv", as_csv(header, lines))


def _file(name: str, text: str) -> Response:
    said = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=said)
