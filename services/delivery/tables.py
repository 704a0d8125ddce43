"""The schema of delivery's database, and how a copy of another service's record is kept."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from shared.database import Schema
from shared.transactions import send
from shared.work import Work

schema = Schema("delivery")


async def keep_newest(work: Work, table: Table, row: Mapping[str, Any]) -> bool:
    """Write `row` under its `id` unless what is kept was told of later, by the `sequence` of both; true if written."""
    return bool(await send(work.session, _newest(table, tuple(row)), row))


@cache
def _newest(table: Table, columns: tuple[str, ...]) -> ReturningInsert[Any]:
    given = insert(table).values({name: bindparam(name) for name in columns})
    return given.on_conflict_do_update(
        index_elements=["tenant_id", "id"],
        set_={name: given.excluded[name] for name in columns if name != "id"},
        where=table.c.sequence < given.excluded.sequence,
    ).returning(table.c.id)
