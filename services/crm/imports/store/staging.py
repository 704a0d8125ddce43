"""The files of an import and what becomes of their lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, text, tuple_, update

from services.crm.imports.model.cells import normalised
from services.crm.imports.model.checking import CheckedLine
from services.crm.imports.model.records import Fate, NoSuchImport, Note, RecordKind
from services.crm.imports.store.tables import import_files, import_lines, import_notes, imports
from services.crm.tables import as_rows, insert_rows
from shared.database import read
from shared.work import Work


@dataclass(frozen=True)
class File:
    """One file of an import, without its content."""

    position: int
    name: str
    record: RecordKind
    header: list[str]
    delimiter: str
    starts_at: int
    size: int


@dataclass(frozen=True)
class Known:
    """A line with what will become of it."""

    line: CheckedLine
    fate: Fate
    record_id: UUID | None


@dataclass(frozen=True)
class Batch:
    """Some lines to apply, in order."""

    rows: Sequence[Row[Any]]

    @property
    def last(self) -> tuple[int, int]:
        """File and line of the last one."""
        return self.rows[-1].position, self.rows[-1].line


# Tables grow a thousandfold here before their statistics are gathered, and a plan kept from the first lines, foreign
# key checks included, would read every row of the tenant for each line: so statements are planned anew.
PLAN_ANEW = text("set local plan_cache_mode = force_custom_plan")

LINE = ("import_id", "position", "line", "record", "key", "letters", "record_id", "fate", "value", "cells", "digest")
INSERT_LINES = insert_rows(import_lines, (*LINE, "is_applied"))
INSERT_NOTES = insert_rows(import_notes, ("import_id", "position", "line", "number", *Note.__dataclass_fields__))


async def plan_anew(work: Work) -> None:
    """Have the database plan every statement of this work for the tables as they are now."""
    await work.session.execute(PLAN_ANEW)


async def add_import(work: Work, values: dict[str, Any]) -> None:
    """Keep a new import."""
    await work.session.execute(insert(imports), values)


async def add_files(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Keep the files of an import, with their content."""
    await work.session.execute(insert(import_files), list(rows))


async def find(work: Work, import_id: UUID) -> Row[Any]:
    """One import as it was asked for; raises NoSuchImport."""
    found = (await work.session.execute(select(imports).where(imports.c.id == import_id))).one_or_none()
    if found is None:
        raise NoSuchImport()
    return found


async def files(work: Work, import_id: UUID) -> list[File]:
    """The files of an import, in the order in which they are read."""
    file = import_files.c
    return await read(work.session, File, import_files, file.import_id == import_id, order_by=(file.position,))


async def piece(work: Work, import_id: UUID, position: int, *, offset: int, size: int) -> bytes:
    """`size` bytes of a file from `offset` on, or as many as there are."""
    content = await work.session.scalar(
        select(func.substring(import_files.c.content, offset + 1, size)).where(
            import_files.c.import_id == import_id, import_files.c.position == position
        )
    )
    return content or b""


async def seen_keys(work: Work, import_id: UUID, record: RecordKind, keys: Sequence[str]) -> dict[str, int]:
    """Which of `keys` an earlier line of the same import has, and that line's number."""
    rows = await work.session.execute(
        select(import_lines.c.key, import_lines.c.line).where(
            import_lines.c.import_id == import_id,
            import_lines.c.record == record,
            import_lines.c.fate != Fate.REJECTED,
            import_lines.c.key.in_(keys),
        )
    )
    return {row.key: row.line for row in rows}


async def keep_lines(work: Work, import_id: UUID, file: File, known: Sequence[Known]) -> None:
    """Keep what will become of some lines, and everything that is to be reported of them."""
    where = {"import_id": import_id, "position": file.position}
    lines = [
        where
        | {
            "line": one.line.line,
            "record": file.record,
            "key": one.line.key,
            "letters": normalised(one.line.key),
            "record_id": one.record_id,
            "fate": one.fate,
            "value": one.line.value,
            "cells": one.line.cells,
            "digest": one.line.digest,
            "is_applied": False,
        }
        for one in known
    ]
    notes = [
        where
        | {"line": one.line.line, "number": number}
        | {name: getattr(note, name) for name in note.__dataclass_fields__}
        for one in known
        for number, note in enumerate(one.line.notes)
    ]
    await work.session.execute(INSERT_LINES, as_rows(lines))
    if notes:
        await work.session.execute(INSERT_NOTES, as_rows(notes))


async def rejected_count(work: Work, import_id: UUID) -> int:
    """How many lines of an import are rejected."""
    rows = select(func.count()).where(import_lines.c.import_id == import_id, import_lines.c.fate == Fate.REJECTED)
    return await work.session.scalar(rows) or 0


async def lines_to_apply(work: Work, import_id: UUID, *, after: tuple[int, int], at_most: int) -> Batch:
    """The next lines that create or change something, all of one file, behind `after` (file, line)."""
    place = tuple_(import_lines.c.position, import_lines.c.line)
    rows = (
        select(import_lines)
        .where(
            import_lines.c.import_id == import_id,
            import_lines.c.fate.in_((Fate.CREATED, Fate.UPDATED)),
            place > after,
        )
        .order_by(import_lines.c.position, import_lines.c.line)
        .limit(at_most)
    )
    found = (await work.session.execute(rows)).all()
    return Batch([row for row in found if row.position == found[0].position])


async def mark_applied(work: Work, import_id: UUID, batch: Batch) -> None:
    """Say of some lines that they were applied."""
    await work.session.execute(
        update(import_lines)
        .where(
            import_lines.c.import_id == import_id,
            import_lines.c.position == batch.rows[0].position,
            import_lines.c.line.in_([row.line for row in batch.rows]),
        )
        .values(is_applied=True)
    )
