"""Importing step by step: send files, say what their columns mean, check, mend, import, and read what became of it."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from services.crm.imports import queries
from services.crm.imports.actions import (
    Upload,
    cancel_import,
    check_prepared,
    correct,
    import_checked,
    prepare_import,
    read_as,
    say_mapping,
)
from services.crm.imports.api.downloads import rejected_file, report_file
from services.crm.imports.api.uploads import uploads_of
from services.crm.imports.model.records import FIELDS, NoteKind, RecordKind
from services.crm.imports.pages.forms import MappingForm, ModeForm, ReadingsForm, shown_sheets
from services.crm.opportunities import queries as pipeline
from services.crm.permissions import Permission
from shared import jobs
from shared.ids import new_id
from shared.pages import InWork, PageRoute, form_of, page, said
from shared.ui.listing import Column, Listing, Rows, who
from shared.ui.words import gettext as _
from shared.web.limits import UPLOAD_BYTES

router = APIRouter(prefix="/imports", route_class=PageRoute)
REJECTIONS = 50


@router.get("")
async def imports(request: Request, work: InWork, rows: Rows) -> Response:
    """Imports and checks, the newest first."""
    found = await queries.listed(work, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("started_at", _("Started")),
        Column("files", _("Files")),
        Column("dry_run", _("What"), lambda row: _("Check") if row.dry_run else _("Import")),
        Column("state", _("State"), said("ui/layout.html", "job_state", lambda row: states.get(row.id))),
        Column("started_by", _("By"), who("started_by")),
    )
    listing = Listing.of(request, "imports", columns, found.items, next=found.next)
    states = await jobs.states(work, [row.id for row in found.items])
    may_import = work.actor.may(Permission.IMPORT_RECORDS)
    return page(request, "crm/imports/imports.html", listing=listing, states=states, may_import=may_import)


@router.get("/new")
async def new(request: Request, work: InWork) -> Response:
    """The form that takes the files."""
    work.actor.must(Permission.IMPORT_RECORDS)
    return page(request, "crm/imports/files.html")


@router.post("/new", max_body_size=UPLOAD_BYTES)
async def send(request: Request, work: InWork) -> Response:
    """Keep the files, and ask what their columns mean."""
    preparation_id = new_id()
    await prepare_import(work, preparation_id, await _uploads(request))
    return RedirectResponse(f"/crm/imports/preparations/{preparation_id}", 303)


@router.get("/preparations/{preparation_id}")
async def columns(request: Request, preparation_id: UUID, work: InWork) -> Response:
    """What the columns of the files mean, as far as it is known."""
    work.actor.must(Permission.IMPORT_RECORDS)
    prepared = await queries.prepared(work, preparation_id)
    return page(
        request,
        "crm/imports/columns.html",
        prepared=prepared,
        sheets=shown_sheets(prepared),
        kinds=list(RecordKind),
        fields=FIELDS,
        stages=[(one.code, one.name) for one in await pipeline.stages(work)],
    )


@router.post("/preparations/{preparation_id}")
async def say_columns(request: Request, preparation_id: UUID, work: InWork) -> Response:
    """Keep what the columns mean and show it again; files that became another kind of record are guessed anew."""
    prepared, form = await queries.prepared(work, preparation_id), await form_of(request, MappingForm)
    stages = [one.code for one in await pipeline.stages(work)]
    await say_mapping(work, preparation_id, form.mapping(prepared, stages))
    return RedirectResponse(f"/crm/imports/preparations/{preparation_id}", 303)


@router.post("/preparations/{preparation_id}/check")
async def check(request: Request, preparation_id: UUID, work: InWork) -> Response:
    """Keep what the columns mean, and check every line by it."""
    prepared, form = await queries.prepared(work, preparation_id), await form_of(request, MappingForm)
    stages = [one.code for one in await pipeline.stages(work)]
    await say_mapping(work, preparation_id, form.mapping(prepared, stages))
    return _to(await check_prepared(work, preparation_id))


@router.get("/{import_id}")
async def show(request: Request, import_id: UUID, work: InWork, rows: Rows) -> Response:
    """How far an import or a check is, what becomes of the lines, and what to do next."""
    standing = await queries.standing(work, import_id)
    found = await queries.report(work, import_id, kind=NoteKind.MAPPED, cursor=rows.cursor, limit=rows.limit)
    columns = (
        Column("file", _("File")),
        Column("line", _("Line"), number=True),
        Column("column", _("Column")),
        Column("value", _("In the file")),
        Column("becomes", _("Becomes")),
        Column("rule", _("Why")),
    )
    return page(
        request,
        "crm/imports/import.html",
        standing=standing,
        rejections=await queries.rejections(work, import_id, at_most=REJECTIONS),
        mapped=Listing.of(request, "mapped", columns, found.items, next=found.next),
        may_import=work.actor.may(Permission.IMPORT_RECORDS),
    )


@router.get("/{import_id}/progress")
async def progress(request: Request, import_id: UUID, work: InWork) -> Response:
    """How far it is; once it has ended the whole page is asked for again."""
    standing = await queries.standing(work, import_id)
    answer = page(request, "crm/imports/progress.html", standing=standing)
    if standing.job.state in jobs.ENDED:
        answer.headers["hx-refresh"] = "true"
    return answer


@router.get("/{import_id}/report.csv")
async def report(import_id: UUID, work: InWork) -> Response:
    """The whole report as a file."""
    return await report_file(work, import_id, None)


@router.get("/{import_id}/rejected/{file}.csv")
async def rejected(import_id: UUID, file: str, work: InWork) -> Response:
    """The rejected lines of one file, to be corrected and sent again."""
    return await rejected_file(work, import_id, file)


@router.post("/{import_id}/cancellation")
async def cancel(import_id: UUID, work: InWork) -> Response:
    """Stop it after its current slice."""
    await cancel_import(work, import_id)
    return _to(import_id)


@router.post("/{import_id}/import")
async def run(request: Request, import_id: UUID, work: InWork) -> Response:
    """Import what was checked."""
    form = await form_of(request, ModeForm)
    return _to(await import_checked(work, import_id, mode=form.mode))


@router.post("/{import_id}/readings")
async def readings(request: Request, import_id: UUID, work: InWork) -> Response:
    """Read values that were rejected as others, and check again."""
    form = await form_of(request, ReadingsForm)
    return _to(await read_as(work, import_id, form.readings()))


@router.post("/{import_id}/corrections", max_body_size=UPLOAD_BYTES)
async def corrections(request: Request, import_id: UUID, work: InWork) -> Response:
    """Check corrected lines by the same mapping."""
    return _to(await correct(work, import_id, await _uploads(request)))


async def _uploads(request: Request) -> list[Upload]:
    sent = (await request.form()).getlist("files")
    return await uploads_of([file for file in sent if isinstance(file, UploadFile) and file.filename])


def _to(import_id: UUID) -> Response:
    return RedirectResponse(f"/crm/imports/{import_id}", 303)
