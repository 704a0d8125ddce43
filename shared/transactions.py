"""Transactions of the driver's own: begun and ended without SQLAlchemy's share of the cost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from types import MappingProxyType
from typing import Any, cast

from asyncpg import (
    Connection,
    IntegrityConstraintViolationError,
    InterfaceError,
    InternalClientError,
    PostgresError,
    Record,
)
from sqlalchemy import ClauseElement, Dialect, text
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.sql.compiler import SQLCompiler

from shared import telemetry
from shared.database import Database

DIALECT: Dialect = dialect()  # type: ignore[no-untyped-call]
NOTHING: Mapping[str, Any] = MappingProxyType({})
BEGUN = text("select")
# Every way in which the driver says that something was not done; the last is how a server that dies looks at times.
UNREACHABLE = (OSError, SQLAlchemyError, PostgresError, InterfaceError, InternalClientError)


class Row(Record):
    """A row as the driver found it; columns are attributes, too."""

    def __getattr__(self, column: str) -> Any:
        """The value of `column`."""
        try:
            return self[column]
        except KeyError:
            raise AttributeError(column) from None


@asynccontextmanager
async def transaction(database: Database) -> AsyncIterator[AsyncSession]:
    """A session in a transaction that commits when the block ends and is undone by any error.

    The driver's own transaction under a session that thinks it autocommits: half the cost of SQLAlchemy's.
    """
    async with _connected(database) as connection:
        own = driver(connection)
        ongoing = own.transaction()
        with _told_as_ever():
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


@asynccontextmanager
async def savepoint(session: AsyncSession) -> AsyncIterator[None]:
    """What is done inside is undone by an error, and by nothing else; the driver's own, for the hottest paths.

    Sessions and mapping work inside; what the session held is forgotten with what is undone.
    """
    bound = session.bind
    assert isinstance(bound, AsyncConnection)  # noqa: S101 - as `transaction` has made it
    own = driver(bound)
    inside = own.transaction()
    await inside.start()
    try:
        yield
    except BaseException:
        if not own.is_closed():
            await session.rollback()  # only its own idea of things: the connection under it autocommits
            await inside.rollback()
        raise
    await inside.commit()


async def at_once(database: Database, statement: str | ClauseElement, values: Mapping[str, Any] = NOTHING) -> list[Row]:
    """What a statement finds that is a transaction by itself, sent by the driver. Raises DBAPIError."""
    sent, names = _as_sent(statement)
    async with _connected(database) as connection:
        return await _fetch(connection, sent, [values[name] for name in names])


async def send(session: AsyncSession, statement: ClauseElement, values: Mapping[str, Any]) -> list[Row]:
    """What a statement finds, in the session's transaction, sent by the driver. Raises DBAPIError.

    A quarter of the way through SQLAlchemy, for the hottest paths. For statements that are made once, with values as
    the driver takes them; nothing is flushed before.
    """
    sent, names = _as_sent(statement)
    return await run(session, sent, *(values[name] for name in names))


async def run(session: AsyncSession, statement: str, *values: Any) -> list[Row]:
    """As `send`, for a statement in the driver's own form ($1, $2 …)."""
    # A savepoint is only sent once the session is asked for its connection; without one, the way there is shorter.
    bound = session.bind
    if session.in_nested_transaction() or not isinstance(bound, AsyncConnection):
        bound = await session.connection()
        if not driver(bound).is_in_transaction():  # SQLAlchemy begins with its first own statement, and this is none
            await bound.execute(BEGUN)
    return await _fetch(bound, statement, values)


async def _fetch(connection: AsyncConnection, statement: str, values: Sequence[Any]) -> list[Row]:
    with telemetry.stating(statement), _told_as_ever():
        found: list[Row] = await driver(connection).fetch(statement, *values, record_class=Row)
    return found


@cache
def _as_sent(statement: str | ClauseElement) -> tuple[str, tuple[str, ...]]:
    """A statement in the driver's own form, and the names of its values in their order."""
    if isinstance(statement, str):
        return statement, ()
    compiled = cast("SQLCompiler", statement.compile(dialect=DIALECT))
    return str(compiled), tuple(compiled.positiontup or ())


def driver(connection: AsyncConnection) -> Connection[Record]:
    """The driver's connection under SQLAlchemy's."""
    assert connection.sync_connection is not None  # noqa: S101 - for the type checker
    return cast("Connection[Record]", connection.sync_connection.connection.driver_connection)
