"""Transactions of the driver's own: begun and ended without SQLAlchemy's share of the cost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, cast

from asyncpg import Connection, IntegrityConstraintViolationError, PostgresError, Record
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared import telemetry
from shared.database import Database


@asynccontextmanager
async def transaction(database: Database) -> AsyncIterator[AsyncSession]:
    """A session in a transaction that commits when the block ends and is undone by any error.

    The driver's own transaction under a session that thinks it autocommits: half the cost of SQLAlchemy's.
    """
    async with _connected(database) as connection:
        own = driver(connection)
        ongoing = own.transaction()
        await ongoing.start()
        session = database.sessions(bind=connection)
        try:
            yield session
            if session.new or session.dirty or session.deleted:
                await session.flush()
        except BaseException:
            if not own.is_closed():  # a statement that is cut off takes its connection with it
                await ongoing.rollback()
            raise
        else:
            with _told_as_ever():
                await ongoing.commit()
        finally:
            if session.in_transaction():  # else it never was asked for its connection, and holds nothing
                await session.close()


@asynccontextmanager
async def _connected(database: Database) -> AsyncIterator[AsyncConnection]:
    """A connection of the pool that is still open; those found closed are thrown away."""
    while True:
        async with database.transactions.connect() as connection:
            if driver(connection).is_closed():
                await connection.invalidate()
                continue
            yield connection
            return


@contextmanager
def _told_as_ever() -> Iterator[None]:
    """The driver's errors as SQLAlchemy's, which everybody knows how to read."""
    try:
        yield
    except IntegrityConstraintViolationError as error:
        raise IntegrityError("", None, error) from error
    except PostgresError as error:
        raise DBAPIError("", None, error) from error


async def run(session: AsyncSession, statement: str, *values: Any) -> list[Record]:
    """What a statement of the driver's own ($1, $2 …) finds, in the session's transaction: for the hottest paths.

    Raises DBAPIError.
    """
    # A savepoint is only sent once the session is asked for its connection; without one, the way there is shorter.
    bound = session.bind
    if session.in_nested_transaction() or not isinstance(bound, AsyncConnection):
        bound = await session.connection()
    with telemetry.stating(statement), _told_as_ever():
        found: list[Record] = await driver(bound).fetch(statement, *values)
    return found


def driver(connection: AsyncConnection) -> Connection[Record]:
    """The driver's connection under SQLAlchemy's."""
    assert connection.sync_connection is not None  # noqa: S101 - for the type checker
    return cast("Connection[Record]", connection.sync_connection.connection.driver_connection)
