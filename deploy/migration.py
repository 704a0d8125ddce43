"""Writing a migration: `make migration service=billing text="hold unrated time"`.

Compares the tables as the code declares them with those that the revisions so far make, on a throw-away database.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from alembic import command
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.suite.databases import create_service_database
from deploy.suite.postgres import EmbeddedPostgres
from shared import migrations

ENVIRONMENT = '''"""How alembic reaches the tables of {service}."""

from services.{service}.service import service
from shared.migrations import run_environment

run_environment(service.schema)
'''
TEMPLATE = '''"""${message}"""

% if down_revision is None:
import sqlalchemy as sa
from alembic import op

from shared import jobs
from shared.messaging import schema as messaging
% else:
import sqlalchemy as sa
from alembic import op
% endif
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """${message}"""
    % if down_revision is None:
    for statement in (*messaging.CREATE, *jobs.DDL):
        op.execute(statement)
    % endif
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Undo: ${message}"""
    ${downgrades if downgrades else "pass"}
    % if down_revision is None:
    op.execute("drop schema msg cascade")
    % endif
'''


def main() -> None:
    """Write the next revision of a service, named by number and text."""
    if len(sys.argv) != 3 or not all(sys.argv[1:]):
        sys.stderr.write('usage: make migration service=billing text="hold unrated time"\n')
        raise SystemExit(2)
    asyncio.run(write(sys.argv[1], sys.argv[2]))


async def write(service: str, message: str) -> None:
    """Write the revision of `service` that makes up the difference."""
    schema = import_module(f"services.{service}.service").service.schema
    versions = prepare(service)
    number = f"{len(list(versions.glob('0*.py'))) + 1:04}"

    def compare(connection: Connection) -> None:
        settings = migrations.config(service, connection)
        settings.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        if number != "0001":
            command.upgrade(settings, "head")
        command.revision(settings, message, autogenerate=True, rev_id=number)

    with tempfile.TemporaryDirectory() as directory, EmbeddedPostgres(Path(directory) / "postgres") as postgres:
        try:
            database = await create_service_database(postgres, service)
            engine = create_async_engine(database.owner_url)
            async with engine.begin() as connection:
                await connection.run_sync(compare)
            await engine.dispose()
        finally:
            postgres.stop()
            postgres.home.forget()
    tidy = Path(sys.executable).with_name("ruff")
    await (await asyncio.create_subprocess_exec(tidy, "format", "--quiet", versions)).wait()
    print(f"{schema.service}: wrote revision {number}")


def prepare(service: str) -> Path:
    """The folder of the revisions of `service`, made with what alembic needs where it is not there yet."""
    folder = migrations.ROOT / "services" / service / "migrations"
    versions = folder / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    (folder / "script.py.mako").write_text(TEMPLATE)
    (folder / "env.py").write_text(ENVIRONMENT.format(service=service))
    return versions


if __name__ == "__main__":
    main()
