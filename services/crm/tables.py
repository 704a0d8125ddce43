"""The tables of crm, declared in the `store.py` of each feature, and the way to fill them by the thousand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import Table, TextClause, text

from shared.database import Schema

schema = Schema("crm")


def insert_rows(table: Table, columns: Sequence[str], *, on_conflict: str = "") -> TextClause:
    """A statement that inserts all rows of its one parameter, `as_rows(…)`, at once and planned once."""
    names = ", ".join(f'"{name}"' for name in columns)
    rows = f"jsonb_populate_recordset(null::{table.name}, cast(:rows as jsonb))".replace("::", "\\:\\:")
    return text(f"insert into {table.name} ({names}) select {names} from {rows} {on_conflict}")  # noqa: S608


def as_rows(rows: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """The parameter of `insert_rows`: dates, amounts and ids travel as text."""
    return {"rows": json.dumps(rows, default=str)}
