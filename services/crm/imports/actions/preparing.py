"""Preparing an import step by step: files first, then what their columns mean, then a check, then the import."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.crm.imports import store
from services.crm.imports.actions.starting import FileTwice, Upload, start_import
from services.crm.imports.model.guessing import Sheet, guess
from services.crm.imports.model.mapping import read_mapping
from services.crm.imports.model.reading import open_csv
from services.crm.imports.model.records import Mode, NothingSent, NotPrepared
from services.crm.opportunities.actions import stage_codes
from services.crm.permissions import Permission
from shared import jobs
from shared.ids import new_id
from shared.jobs import JobState
from shared.work import Work

CURRENCY = "EUR"


async def prepare_import(work: Work, preparation_id: UUID, uploads: Sequence[Upload]) -> None:
    """Keep files with a guess of what their columns mean. Raises NothingSent, FileTwice, EmptyFile, OtherEncoding."""
    work.actor.must(Permission.IMPORT_RECORDS)
    if not uploads:
        raise NothingSent(field="/files")
    sheets = [Sheet(upload.stem, upload.content, open_csv(upload.content)) for upload in uploads]
    if len({sheet.stem for sheet in sheets}) != len(sheets):
        raise FileTwice(field="/files")
    stages = sorted(await stage_codes(work))
    said = guess(sheets, currency=CURRENCY, today=work.now.date(), stages=stages)
    await store.add_preparation(work, preparation_id, said, uploads)


async def say_mapping(work: Work, preparation_id: UUID, said: Mapping[str, Any]) -> None:
    """Keep what a person said of the columns, whether or not it is enough to import. Raises NoSuchPreparation."""
    work.actor.must(Permission.IMPORT_RECORDS)
    await store.find_preparation(work, preparation_id)
    await store.keep_mapping(work, preparation_id, json.dumps(said))


async def check_prepared(work: Work, preparation_id: UUID) -> UUID:
    """Have every line of the files checked, and nothing changed; the id of the check.

    Raises NoSuchPreparation, BadMapping, MissingColumn, UnmappedColumn, ColumnTwice.
    """
    prepared = await store.find_preparation(work, preparation_id)
    return await _start(work, preparation_id, prepared.mapping, dry_run=True, mode=Mode.GOOD_ROWS)


async def import_checked(work: Work, import_id: UUID, *, mode: Mode) -> UUID:
    """Import what was checked as it was checked; the id of the import. Raises NoSuchImport, NotPrepared."""
    work.actor.must(Permission.IMPORT_RECORDS)
    checked = await store.find(work, import_id)
    job = await jobs.find(work, import_id)
    if checked.preparation_id is None or not checked.dry_run or job.state != JobState.DONE:
        raise NotPrepared()
    return await _start(work, checked.preparation_id, checked.mapping, dry_run=False, mode=mode)


async def read_as(work: Work, import_id: UUID, readings: Mapping[tuple[str, str, str], str]) -> UUID:
    """Have values read as others, (file, column, value) → the right one, and check again; the id of that check.

    Raises NoSuchImport, NotPrepared.
    """
    work.actor.must(Permission.IMPORT_RECORDS)
    checked = await store.find(work, import_id)
    if checked.preparation_id is None:
        raise NotPrepared()
    said = json.loads(checked.mapping)
    for (file, column, value), right in readings.items():
        one = next(each for each in said["files"] if each["file"] == file)
        one.setdefault("spellings", {}).setdefault(column, {})[value] = right
    await say_mapping(work, checked.preparation_id, said)
    return await check_prepared(work, checked.preparation_id)


async def correct(work: Work, import_id: UUID, uploads: Sequence[Upload]) -> UUID:
    """Check corrected lines of the same files by the same mapping; the id of that check.

    Raises NoSuchImport, NothingSent, UnknownFile.
    """
    work.actor.must(Permission.IMPORT_RECORDS)
    before = await store.find(work, import_id)
    if not uploads:
        raise NothingSent(field="/files")
    mapping = read_mapping(before.mapping)
    for upload in uploads:
        mapping.file(upload.stem)
    preparation_id = new_id()
    await store.add_preparation(work, preparation_id, before.mapping, uploads)
    return await check_prepared(work, preparation_id)


async def _start(work: Work, preparation_id: UUID, mapping: str, *, dry_run: bool, mode: Mode) -> UUID:
    uploads = [Upload(one.stem, one.content) for one in await store.uploads(work, preparation_id)]
    import_id = new_id()
    await start_import(
        work, import_id, uploads, mapping=mapping, dry_run=dry_run, mode=mode, preparation_id=preparation_id
    )
    return import_id
