"""Keeping one service's database and bringing it back, while the other services run on.

What others learned from this service after its last backup cannot be unlearned: numbers that were printed and places
in the order of events must not be used twice. So counters are never set back: the high-water marks, taken often and
kept elsewhere, are put on top of the backup, and the order of events goes on far behind where it can have been.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg
from sqlalchemy import Table

from shared.database import Schema
from shared.errors import Conflict, Invalid

# Events announced after the backup took places in the order of their lane; new ones come behind all of them.
PLACES_LEFT_OUT = 1_000_000_000
RESTORED = """
select setval(pg_get_serial_sequence('msg.outbox', 'id'),
              (select last_value from msg.outbox_id_seq) + $1)
"""


class NotEmpty(Conflict):
    """The database to restore into is not empty.

    Make an empty one with the service's owner and app roles, and name it in BACKUP_DATABASE_URL.
    """


class ProgramFailed(Conflict):
    """A program of PostgreSQL failed.

    See what it said; it must be as new as the server, and BACKUP_DATABASE_URL must name a role that sees every row.
    """

    def __init__(self, said: str) -> None:
        """Fail with what the program said last."""
        super().__init__(f"A program of PostgreSQL failed: {said.strip()[-500:]}")


class BadMarks(Invalid):
    """This file holds no high-water marks of this service.

    Take one that `marks` has written, as it is.
    """


@dataclass(frozen=True)
class Keeper:
    """Whoever keeps the database at `url` of the service with this schema; the role sees every tenant's rows."""

    schema: Schema
    url: str
    programs: Path | None = None
    """Where pg_dump and pg_restore are; found on the PATH without it."""

    def back_up(self, file: Path) -> None:
        """Write everything, as it is at one instant, into `file`; raises ProgramFailed."""
        unfinished = file.with_name(file.name + ".unfinished")
        self._run("pg_dump", "--format=custom", f"--file={unfinished}")
        unfinished.replace(file)

    async def restore(self, file: Path, marks: Iterable[str] = ()) -> list[str]:
        """Bring `file` back into the empty database and say which counters were raised, each in a sentence.

        Raises NotEmpty, BadMarks and ProgramFailed.
        """
        wanted = list(self._read(marks))
        connection = await self._connect()
        try:
            if await connection.fetchval("select to_regnamespace('msg') is not null"):
                raise NotEmpty()
        finally:
            await connection.close()
        self._run("pg_restore", "--exit-on-error", "--single-transaction", str(file))
        connection = await self._connect()
        try:
            async with connection.transaction():
                await connection.execute("delete from msg.inbox_run")  # nobody was running anything here
                await connection.fetchval(RESTORED, PLACES_LEFT_OUT)
                return [said for table, row in wanted if (said := await _raise(connection, table, row))]
        finally:
            await connection.close()

    async def marks(self) -> list[str]:
        """Every counter as it stands, a line of JSON each; cheap enough to be kept elsewhere every minute."""
        connection = await self._connect()
        try:
            return [
                json.dumps({"table": table.name, "row": dict(row)}, default=str, sort_keys=True)
                for table in self._counters()
                for row in await connection.fetch(f'select * from "{table.name}"')  # noqa: S608 - our own names
            ]
        finally:
            await connection.close()

    def _counters(self) -> Iterator[Table]:
        yield from (table for table in self.schema.metadata.sorted_tables if table.info["counter"])

    def _read(self, marks: Iterable[str]) -> Iterator[tuple[Table, dict[str, Any]]]:
        tables = {table.name: table for table in self._counters()}
        for line in marks:
            try:
                mark = json.loads(line)
                table = tables[mark["table"]]
                yield table, {name: _value(table, name, value) for name, value in mark["row"].items()}
            except (ValueError, KeyError, TypeError) as error:
                raise BadMarks() from error

    async def _connect(self) -> asyncpg.Connection[asyncpg.Record]:
        return await asyncpg.connect(_plain(self.url))

    def _run(self, program: str, *arguments: str) -> None:
        address, password = _without_password(_plain(self.url))
        found = shutil.which(program, path=str(self.programs) if self.programs else None)
        if found is None:
            raise ProgramFailed(f"{program} is missing. Install it: apt install postgresql-client")
        done = subprocess.run(  # noqa: S603 - a program of PostgreSQL's, by its own path
            [found, f"--dbname={address}", *arguments],
            env={**os.environ, "PGPASSWORD": password},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ProgramFailed(done.stderr)


async def _raise(connection: asyncpg.Connection[asyncpg.Record], table: Table, row: Mapping[str, Any]) -> str | None:
    """Put one counter where `row` says unless it is further already; what was left out, if anything was."""
    counter, keys = table.info["counter"], [column.name for column in table.primary_key]
    names = list(row)
    numbers = ", ".join(f"${place}" for place in range(1, len(names) + 1))
    changed = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in keys)
    raised = await connection.fetchval(
        f'insert into "{table.name}" ({", ".join(names)}) values ({numbers})'  # noqa: S608 - our own names
        f" on conflict ({', '.join(keys)}) do update set {changed}"
        f' where "{table.name}"."{counter}" < excluded."{counter}" returning "{counter}"',
        *row.values(),
    )
    about = ", ".join(str(row[name]) for name in keys if name != "tenant_id")
    return f"{table.name} {about} of tenant {row['tenant_id']} goes on behind {raised}." if raised is not None else None


def _value(table: Table, name: str, value: Any) -> Any:
    """A value of a mark as the driver takes it."""
    kind = table.c[name].type.python_type
    return kind.fromisoformat(value) if kind is date and value is not None else value


def _plain(url: str) -> str:
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)


def _without_password(url: str) -> tuple[str, str]:
    """The address for a command line that others can read, and the password apart from it."""
    parts = urlsplit(url)
    if parts.password is None:
        return url, ""
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}@{place}")), unquote(parts.password)
