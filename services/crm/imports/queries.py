"""Reading how far an import is and what it reports."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select

from services.crm.imports import store
from services.crm.imports.model.guessing import Sheet
from services.crm.imports.model.reading import open_csv
from services.crm.imports.model.records import Fate, NoSuchImport, NoteKind
from services.crm.imports.store.tables import import_files, import_lines, import_notes, imports
from services.crm.permissions import Permission
from shared import jobs
from shared.database import Page, page
from shared.reasons import because
from shared.work import Work


@dataclass(frozen=True)
class Count:
    """How many lines of a file were read, and what becomes of them; the last four add up to the first."""

    file: str
    read: int
    created: int
    updated: int
    unchanged: int
    rejected: int


@dataclass(frozen=True)
class Standing:
    """An import as it was asked for, its job, and what was found so far."""

    asked: Row[Any]
    job: Row[Any]
    counts: list[Count]
    mapped: dict[str, int]


@dataclass(frozen=True)
class Prepared:
    """Files that wait to be imported, each with what was said of it so far (as in a mapping)."""

    id: UUID
    said: dict[str, Any]
    sheets: list[Sheet]


@dataclass(frozen=True)
class Rejection:
    """One value of a column that was rejected, how often, why, and how to mend it."""

    file: str
    column: str
    value: str
    reason: str
    remedy: str
    count: int


async def listed(work: Work, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """Imports and checks, the newest first, each with the names of its files."""
    work.actor.must(Permission.SEE_IMPORTS)
    names = (
        select(func.string_agg(import_files.c.name, ", "))
        .where(import_files.c.import_id == imports.c.id)
        .scalar_subquery()
    )
    rows = select(imports.c.id, imports.c.dry_run, imports.c.started_by, imports.c.started_at, names.label("files"))
    keys = (imports.c.started_at, imports.c.id)
    return await page(work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=True)


async def prepared(work: Work, preparation_id: UUID) -> Prepared:
    """Files that wait to be imported; raises NoSuchPreparation."""
    work.actor.must(Permission.SEE_IMPORTS)
    found = await store.find_preparation(work, preparation_id)
    files = await store.uploads(work, preparation_id)
    sheets = [Sheet(file.stem, file.content, open_csv(file.content)) for file in files]
    return Prepared(preparation_id, json.loads(found.mapping), sheets)


async def rejections(work: Work, import_id: UUID, *, at_most: int) -> list[Rejection]:
    """What was rejected most often, by value and reason; raises NoSuchImport."""
    work.actor.must(Permission.SEE_IMPORTS)
    await store.find(work, import_id)
    notes = _notes(import_id, NoteKind.REJECTED).subquery()
    what = [notes.c[name] for name in ("file", "column", "value", "reason", "remedy")]
    count = func.count().label("count")
    rows = select(*what, count).group_by(*what).order_by(count.desc(), *what).limit(at_most)
    return [Rejection(**row._mapping) for row in await work.session.execute(rows)]


async def standing(work: Work, import_id: UUID) -> Standing:
    """How far an import is; raises NoSuchImport."""
    work.actor.must(Permission.SEE_IMPORTS)
    asked = await store.find(work, import_id)
    return Standing(
        asked, await jobs.find(work, import_id), await _counts(work, import_id), await _mapped(work, import_id)
    )


async def report(
    work: Work, import_id: UUID, *, kind: NoteKind | None, cursor: str | None, limit: int
) -> Page[Row[Any]]:
    """What an import mapped or rejected, by file and line."""
    work.actor.must(Permission.SEE_IMPORTS)
    await store.find(work, import_id)
    keys = (import_notes.c.position, import_notes.c.line, import_notes.c.number)
    return await page(work.session, _notes(import_id, kind), keys=keys, cursor=cursor, limit=limit)


async def whole_report(work: Work, import_id: UUID, *, kind: NoteKind | None) -> list[Row[Any]]:
    """Everything that an import mapped or rejected, by file and line."""
    work.actor.must(Permission.SEE_IMPORTS)
    await store.find(work, import_id)
    order = (import_notes.c.position, import_notes.c.line, import_notes.c.number)
    return list(await work.session.execute(_notes(import_id, kind).order_by(*order)))


async def rejected_lines(work: Work, import_id: UUID, file: str) -> tuple[list[str], list[list[str]]]:
    """The header of a file and its rejected lines as they came; raises NoSuchImport."""
    work.actor.must(Permission.SEE_IMPORTS)
    await store.find(work, import_id)
    found = next((one for one in await store.files(work, import_id) if one.name == file), None)
    if found is None:
        raise NoSuchImport(because("The import has no file %(file)s.", file=file))
    rows = select(import_lines.c.cells).where(
        import_lines.c.import_id == import_id,
        import_lines.c.position == found.position,
        import_lines.c.fate == Fate.REJECTED,
    )
    return found.header, list(await work.session.scalars(rows.order_by(import_lines.c.line)))


def _notes(import_id: UUID, kind: NoteKind | None) -> Select[Any]:
    files = import_files.c
    rows = (
        select(files.name.label("file"), *(column for column in import_notes.c if column.name != "tenant_id"))
        .join(
            import_files,
            (files.import_id == import_notes.c.import_id) & (files.position == import_notes.c.position),
        )
        .where(import_notes.c.import_id == import_id)
    )
    return rows if kind is None else rows.where(import_notes.c.kind == kind)


async def _counts(work: Work, import_id: UUID) -> list[Count]:
    fates = {fate: func.count().filter(import_lines.c.fate == fate) for fate in Fate}
    rows = (
        select(import_files.c.name, func.count(import_lines.c.line).label("read"))
        .add_columns(*(counted.label(fate.value) for fate, counted in fates.items()))
        .select_from(
            import_files.outerjoin(
                import_lines,
                (import_lines.c.import_id == import_files.c.import_id)
                & (import_lines.c.position == import_files.c.position),
            )
        )
        .where(import_files.c.import_id == import_id)
        .group_by(import_files.c.position, import_files.c.name)
        .order_by(import_files.c.position)
    )
    return [Count(*row) for row in await work.session.execute(rows)]


async def _mapped(work: Work, import_id: UUID) -> dict[str, int]:
    rows = (
        select(import_notes.c.rule, func.count())
        .where(import_notes.c.import_id == import_id, import_notes.c.kind == NoteKind.MAPPED)
        .group_by(import_notes.c.rule)
        .order_by(import_notes.c.rule)
    )
    return {rule: count for rule, count in await work.session.execute(rows)}
