"""Imports over HTTP: send files, watch, read the report, stop."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, Response, UploadFile, status

from services.crm.imports import queries
from services.crm.imports.actions import FileTwice, cancel_import, start_import
from services.crm.imports.api.downloads import rejected_file, report_file
from services.crm.imports.api.uploads import uploads_of
from services.crm.imports.model.mapping import (
    BadMapping,
    ColumnTwice,
    MissingColumn,
    UnknownFile,
    UnmappedColumn,
    read_mapping,
    shipped_mapping,
)
from services.crm.imports.model.reading import EmptyFile, LineTooLong, OtherEncoding
from services.crm.imports.model.records import Mode, NoSuchImport, NoteKind
from services.crm.imports.model.spreadsheet import NoWorkbook, WorkbookTooLarge
from services.crm.permissions import Permission
from shared.actor import NotPermitted
from shared.cursors import BadCursor
from shared.database import LIMIT_DEFAULT
from shared.ids import new_id
from shared.jobs import JobEnded, JobState
from shared.web import Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals
from shared.web.limits import UPLOAD_BYTES

router = APIRouter(prefix="/imports", tags=["imports"], route_class=WorkRoute)

CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}}}
IN_FILES = (
    BadMapping,
    UnknownFile,
    MissingColumn,
    UnmappedColumn,
    ColumnTwice,
    FileTwice,
    EmptyFile,
    LineTooLong,
    OtherEncoding,
    NoWorkbook,
    WorkbookTooLarge,
)
Kind = Annotated[NoteKind | None, Query(description="only what was mapped, or only what was rejected")]


class CountView(View):
    """What becomes of the lines of a file; the last four add up to `read`."""

    file: str
    read: int
    created: int
    updated: int
    unchanged: int
    rejected: int


class ImportView(View):
    """How far an import is; `mapped` counts by rule what was changed on the way in."""

    id: UUID
    state: JobState
    done: int
    total: int
    dry_run: bool
    mode: Mode
    started_by: str
    started_at: datetime
    counts: list[CountView]
    mapped: dict[str, int]
    result: dict[str, Any] | None
    error: str | None


class NoteView(View):
    """One thing to report of a line: what was mapped to what, or rejected why, and how to mend it."""

    file: str
    line: int
    column: str
    kind: NoteKind
    value: str
    becomes: str
    rule: str
    reason: str
    remedy: str


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    responses=refusals(NotPermitted, *IN_FILES),
    max_body_size=UPLOAD_BYTES,
)
async def start(
    work: InWork,
    *,
    files: Annotated[list[UploadFile], File(description="CSV files or workbooks, named as the mapping says")],
    mapping: Annotated[
        str | None, Form(description="the mapping as JSON; the one that comes with crm if left out")
    ] = None,
    dry_run: Annotated[bool, Form(description="check and report everything, change nothing")] = False,
    mode: Annotated[Mode, Form(description="what happens when some lines are rejected")] = Mode.GOOD_ROWS,
) -> ImportView:
    """Import files of another system: queued here, done in the background, slice by slice."""
    work.actor.must(Permission.IMPORT_RECORDS)
    import_id, said = new_id(), mapping or shipped_mapping()
    read = read_mapping(said)
    uploads = await uploads_of(files, known={one.file for one in read.files}, date_format=read.date_format)
    await start_import(work, import_id, uploads, mapping=said, dry_run=dry_run, mode=mode)
    return await _shown(work, import_id)


@router.get("/{import_id}", responses=refusals(NotPermitted, NoSuchImport))
async def show(import_id: UUID, work: InWork) -> ImportView:
    """How far an import is, and what becomes of its lines."""
    return await _shown(work, import_id)


@router.get("/{import_id}/report", responses=refusals(NotPermitted, NoSuchImport, BadCursor))
async def report(
    import_id: UUID, work: InWork, *, kind: Kind = None, cursor: Cursor = None, limit: Limit = LIMIT_DEFAULT
) -> PageOf[NoteView]:
    """What was mapped or rejected, line by line."""
    found = await queries.report(work, import_id, kind=kind, cursor=cursor, limit=limit)
    return PageOf[NoteView].of(found, NoteView)


@router.get("/{import_id}/report.csv", response_class=Response, responses=CSV | refusals(NotPermitted, NoSuchImport))
async def download(import_id: UUID, work: InWork, kind: Kind = None) -> Response:
    """The whole report as a file; no cell of it is a formula."""
    return await report_file(work, import_id, kind)


@router.get(
    "/{import_id}/rejected/{file}.csv", response_class=Response, responses=CSV | refusals(NotPermitted, NoSuchImport)
)
async def rejected(import_id: UUID, file: str, work: InWork) -> Response:
    """The rejected lines of one file under its own header, to be corrected and sent again."""
    return await rejected_file(work, import_id, file)


@router.post("/{import_id}/cancellation", responses=refusals(NotPermitted, NoSuchImport, JobEnded))
async def cancel(import_id: UUID, work: InWork) -> ImportView:
    """Stop an import after its current slice; what it did so far stays, and running it again goes on from there."""
    await cancel_import(work, import_id)
    return await _shown(work, import_id)


async def _shown(work: InWork, import_id: UUID) -> ImportView:
    found = await queries.standing(work, import_id)
    asked, job = found.asked, found.job
    return ImportView(
        id=asked.id,
        state=job.state,
        done=job.done,
        total=job.total,
        dry_run=asked.dry_run,
        mode=asked.mode,
        started_by=asked.started_by,
        started_at=asked.started_at,
        counts=[CountView.model_validate(count) for count in found.counts],
        mapped=found.mapped,
        result=job.result,
        error=job.error,
    )
