"""Asking for an import."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.crm.imports import store
from services.crm.imports.actions.advancing import IMPORT
from services.crm.imports.model.mapping import BadMapping, FileMapping, read_mapping
from services.crm.imports.model.reading import Opening, open_csv
from services.crm.imports.model.records import Mode, RecordKind
from services.crm.opportunities.actions import stage_codes
from services.crm.permissions import Permission
from shared import jobs
from shared.errors import Invalid
from shared.reasons import because
from shared.work import Work

ORDER = list(RecordKind)


class FileTwice(Invalid):
    """Two of the files are the same one to the mapping.

    Send each file once.
    """


@dataclass(frozen=True)
class Upload:
    """One file as CSV, named without its ending; of a workbook, one sheet."""

    stem: str
    content: bytes


async def start_import(
    work: Work,
    import_id: UUID,
    uploads: Sequence[Upload],
    *,
    mapping: str,
    dry_run: bool,
    mode: Mode,
    preparation_id: UUID | None = None,
) -> None:
    """Keep the files of an import after a look at their headers, and queue the work."""
    work.actor.must(Permission.IMPORT_RECORDS)
    read = read_mapping(mapping)
    codes = await stage_codes(work)
    mapped = [(upload, read.file(upload.stem), open_csv(upload.content)) for upload in uploads]
    mapped.sort(key=lambda one: ORDER.index(one[1].record))
    if len({file.file for _, file, _ in mapped}) != len(mapped):
        raise FileTwice(field="/files")
    for _, file, opening in mapped:
        file.check_header(opening.header)
        if unknown := sorted(set(file.stages.values()) - codes):
            raise BadMapping(
                because("The pipeline has no stage %(unknown)s.", unknown=unknown[0]), field="/mapping/files"
            )
    await store.add_import(
        work,
        {
            "id": import_id,
            "preparation_id": preparation_id,
            "mapping": mapping,
            "dry_run": dry_run,
            "mode": mode,
            "started_by": work.actor.subject,
            "started_at": work.now,
        },
    )
    await store.add_files(work, [_row(import_id, position, *one) for position, one in enumerate(mapped)])
    lines = sum(upload.content.count(b"\n") for upload, _, _ in mapped)
    await jobs.start(work, IMPORT, id=import_id, payload={}, total=lines if dry_run else lines * 2)


def _row(import_id: UUID, position: int, upload: Upload, file: FileMapping, opening: Opening) -> dict[str, object]:
    return {
        "import_id": import_id,
        "position": position,
        "name": file.file,
        "record": file.record,
        "header": opening.header,
        "delimiter": opening.delimiter,
        "starts_at": opening.offset,
        "content": upload.content,
        "size": len(upload.content),
        "sha256": hashlib.sha256(upload.content).hexdigest(),
    }


async def cancel_import(work: Work, import_id: UUID) -> None:
    """Stop an import after its current slice; what it did so far stays. Raises NoSuchImport, JobEnded."""
    work.actor.must(Permission.IMPORT_RECORDS)
    await store.find(work, import_id)
    await jobs.cancel(work, import_id)
