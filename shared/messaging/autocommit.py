"""One statement that is a transaction by itself, for a third of the round trips."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import Database


def autocommitting(database: Database) -> AsyncConnection:
    """A connection, to be entered with `async with`, on which every statement commits by itself."""
    return database.engine.execution_options(isolation_level="AUTOCOMMIT").connect()
