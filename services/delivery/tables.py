"""The schema of delivery's database, and how a copy of another service's record is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from shared.database import Schema

schema = Schema("delivery")


def keep_newest(table: Table, row: Mapping[str, Any]) -> ReturningInsert[Any]:
    """Write `row` under its `id` unless what is kept was told of later, by the `sequence` of both.

    The statement returns the id if it wrote, and nothing if the news was old.
    """
    return (
        insert(table)
        .values(**row)
        .on_conflict_do_update(
            index_elements=["tenant_id", "id"],
            set_={name: value for name, value in row.items() if name != "id"},
            where=table.c.sequence < row["sequence"],
        )
        .returning(table.c.id)
    )
