"""Which record of ours is which record of another system, and what lines of an import refer to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text

from services.crm.imports.model.cells import normalised
from services.crm.imports.model.checking import Target
from services.crm.imports.model.records import Fate, RecordKind
from services.crm.imports.store.tables import external_records, import_lines
from services.crm.tables import as_rows, insert_rows
from shared.work import Work

SUGGESTIONS = 5_000
REMEMBER = insert_rows(
    external_records,
    ("source", "record", "key", "letters", "record_id", "digest", "value"),
    on_conflict="on conflict (tenant_id, source, record, key) do update"
    " set digest = excluded.digest, value = excluded.value",
)


@dataclass(frozen=True)
class Existing:
    """A record that was imported before."""

    record_id: UUID
    digest: str


async def existing(work: Work, source: str, record: RecordKind, keys: Sequence[str]) -> dict[str, Existing]:
    """Which of `keys` were imported before, by key."""
    rows = await work.session.execute(
        select(external_records.c.key, external_records.c.record_id, external_records.c.digest).where(
            external_records.c.source == source,
            external_records.c.record == record,
            external_records.c.key.in_(keys),
        )
    )
    return {row.key: Existing(row.record_id, row.digest) for row in rows}


async def targets(work: Work, import_id: UUID, source: str, record: RecordKind, names: Iterable[str]) -> list[Target]:
    """The records that lines may refer to by `names`: imported before, or earlier in this import, which wins."""
    letters = sorted({normalised(name) for name in names})
    before = select(external_records.c.key, external_records.c.record_id, external_records.c.value).where(
        external_records.c.source == source,
        external_records.c.record == record,
        external_records.c.letters.in_(letters),
    )
    now = select(import_lines.c.key, import_lines.c.record_id, import_lines.c.value).where(
        import_lines.c.import_id == import_id,
        import_lines.c.record == record,
        import_lines.c.fate != Fate.REJECTED,
        import_lines.c.letters.in_(letters),
    )
    found = [*(await work.session.execute(before)), *(await work.session.execute(now))]
    return [Target(row.key, row.record_id, row.value) for row in found]


async def suggestions(work: Work, import_id: UUID, source: str, record: RecordKind) -> list[str]:
    """Names that somebody may have meant."""
    before = select(external_records.c.key).where(
        external_records.c.source == source, external_records.c.record == record
    )
    now = select(import_lines.c.key).where(
        import_lines.c.import_id == import_id,
        import_lines.c.record == record,
        import_lines.c.fate != Fate.REJECTED,
    )
    return list(await work.session.scalars(before.union(now).order_by("key").limit(SUGGESTIONS)))


async def remember(work: Work, source: str, rows: Sequence[Row[Any]]) -> None:
    """Remember which record of ours the applied lines became, and as what."""
    values = [
        {
            "source": source,
            "record": row.record,
            "key": row.key,
            "letters": row.letters,
            "record_id": row.record_id,
            "digest": row.digest,
            "value": row.value,
        }
        for row in rows
    ]
    await work.session.execute(REMEMBER, as_rows(values))


# An account whose parent is neither in the file nor known is rejected, and with it the accounts below it.
ORPHANS = text(
    """
    with orphans as (
      update import_lines as line set fate = 'rejected'
       where line.import_id = :import_id and line.position = :position and line.fate <> 'rejected'
         and line.value ->> 'parent' is not null
         and not exists (select from import_lines as other
                          where other.import_id = :import_id and other.record = line.record
                            and other.fate <> 'rejected' and other.key = line.value ->> 'parent')
         and not exists (select from external_records as known
                          where known.source = :source and known.record = line.record
                            and known.key = line.value ->> 'parent')
      returning line.line, line.value ->> 'parent' as parent
    )
    insert into import_notes (import_id, position, line, number, kind, "column", value, becomes, rule, reason, remedy)
    select :import_id, :position, orphans.line, 100, 'rejected', :column, orphans.parent, '', '',
           'There is no account of this name in the file, nor was one imported before.',
           'Add the parent to the file, correct its name, or empty the cell.'
      from orphans
    returning line
    """
)


async def reject_orphans(work: Work, import_id: UUID, *, position: int, source: str, column: str) -> int:
    """Reject the accounts of a file whose parent is not known; gives how many."""
    asked = {"import_id": import_id, "position": position, "source": source, "column": column}
    count = 0
    while rejected := len((await work.session.execute(ORPHANS, asked)).all()):
        count += rejected
    return count


PARENTS = text(
    """
    select line.record_id as account_id, parent.record_id as parent_id
      from import_lines as line
      left join external_records as parent
        on parent.source = :source and parent.record = line.record and parent.key = line.value ->> 'parent'
     where line.import_id = :import_id and line.record = 'account' and line.fate in ('created', 'updated')
    """
)


async def settle_parents(work: Work, import_id: UUID, source: str) -> list[tuple[UUID, UUID | None]]:
    """Which parent each created or changed account has, now that all of them are there."""
    found = await work.session.execute(PARENTS, {"import_id": import_id, "source": source})
    return [(row.account_id, row.parent_id) for row in found]
