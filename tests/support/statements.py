"""Counting what is asked of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from shared.database import Database


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is asked of the database until the block ends, but for what goes past SQLAlchemy."""
    seen: list[str] = []

    def note(*said: object) -> None:
        seen.append(str(said[2]))

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
