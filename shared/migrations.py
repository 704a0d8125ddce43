"""Bringing a service's database to the state its code expects, run by an explicit step as the owner role.

Alembic makes the tables; `secure` then gives every table with a tenant its row-level security, the app role its
rights and audited tables their trigger, from the tables' own declarations, so that none can be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared import audit
from shared.database import Schema

ROOT = Path(__file__).parents[1]
HERE = "nullif(current_setting('app.tenant', true), '')::uuid"


async def upgrade(schema: Schema, owner_url: str, app_role: str, revision: str = "head") -> None:
    """Bring the database at `owner_url` to `revision` and secure it for `app_role`, in one transaction."""
    await _run(owner_url, lambda connection: _upgrade(connection, schema, app_role, revision))


async def downgrade(schema: Schema, owner_url: str, revision: str = "base") -> None:
    """Take the database at `owner_url` back to `revision`."""
    await _run(owner_url, lambda connection: command.downgrade(config(schema.service, connection), revision))


def head(service: str) -> str | None:
    """The newest revision that the code of `service` knows."""
    return ScriptDirectory.from_config(config(service)).get_current_head()


def config(service: str, connection: Connection | None = None) -> Config:
    """Alembic's configuration for `service`, on `connection` where one is given."""
    made = Config()
    made.set_main_option("script_location", str(ROOT / "services" / service / "migrations"))
    made.set_main_option("version_path_separator", "os")
    made.attributes["connection"] = connection
    return made


def run_environment(schema: Schema) -> None:
    """What each service's `migrations/env.py` does: run the wanted revisions on the connection it was given."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=schema.metadata,
        compare_type=True,
        compare_server_default=False,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _run(url: str, step: object) -> None:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("set local lock_timeout = '5s'"))
            await connection.run_sync(step)  # type: ignore[arg-type]
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, schema: Schema, app_role: str, revision: str) -> None:
    command.upgrade(config(schema.service, connection), revision)
    for statement in secure(schema.metadata, app_role):
        connection.execute(text(statement))


def secure(metadata: MetaData, app_role: str) -> Iterator[str]:
    """The statements that make the tables safe; running them again changes nothing."""
    yield f'grant usage on schema public, msg to "{app_role}"'
    yield f'grant select, insert, update, delete on all tables in schema msg to "{app_role}"'
    yield f'grant usage on all sequences in schema msg to "{app_role}"'
    yield f'grant execute on all functions in schema msg to "{app_role}"'
    yield f'grant select on alembic_version to "{app_role}"'
    for table in metadata.sorted_tables:
        yield from _secure_table(table, app_role)


def _secure_table(table: Table, app_role: str) -> Iterator[str]:
    name = f'"{table.name}"'
    yield f"alter table {name} enable row level security"
    yield f"alter table {name} force row level security"
    yield f"drop policy if exists of_tenant on {name}"
    yield _text(f"create policy of_tenant on {name} using (tenant_id = {HERE}) with check (tenant_id = {HERE})")
    yield f'revoke all on {name} from "{app_role}"'
    rights = "select, insert" if table.info["append_only"] else "select, insert, update, delete"
    yield f'grant {rights} on {name} to "{app_role}"'
    yield f"drop trigger if exists audit_row on {name}"
    if table.info["audited"]:
        yield from map(_text, audit.watch(table))


def _text(statement: str) -> str:
    return statement.replace("::", "\\:\\:")
