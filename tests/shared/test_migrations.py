"""Every database can be made, taken back and made again, and is then exactly what the code declares."""

from collections.abc import Callable
from importlib import import_module

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.suite.databases import ServiceDatabase
from shared import migrations

SERVICES = ("crm", "delivery", "resourcing", "billing")
LEFT = text(
    "select count(*) from information_schema.tables"
    " where table_schema in ('public', 'msg') and table_name <> 'alembic_version'"
)


@pytest.mark.parametrize("service", SERVICES)
async def test_up_down_and_up_again(service: str, unmigrated_database: Callable[[str], ServiceDatabase]) -> None:
    schema = import_module(f"services.{service}.service").service.schema
    addresses = unmigrated_database(service)
    engine = create_async_engine(addresses.owner_url)

    await migrations.upgrade(schema, addresses.owner_url, f"{service}_app")
    await migrations.downgrade(schema, addresses.owner_url)
    async with engine.connect() as connection:
        assert await connection.scalar(LEFT) == 0
    await migrations.upgrade(schema, addresses.owner_url, f"{service}_app")
    await migrations.upgrade(schema, addresses.owner_url, f"{service}_app")

    async with engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), schema.metadata)
        )
    await engine.dispose()
    assert differences == [], "run `make migration` for what the code declares and no revision makes"
