"""A restored service holds what its backup held, and never says twice what others have heard from it since."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from sqlalchemy import text

from deploy.suite.databases import ServiceDatabase
from deploy.suite.postgres import EmbeddedPostgres
from deploy.suite.postgres_home import installed_programs
from services.billing.numbering.actions import next_number
from services.billing.service import service
from shared.actor import the_service
from shared.clock import wall_clock
from shared.contracts.billing import RevenueRecognised
from shared.database import Database, connect
from shared.ids import new_id
from shared.operations.backup import BadMarks, Keeper, NotEmpty, ProgramFailed
from shared.work import begin
from tests.conftest import DatabaseFactory

OURS, THEIRS = UUID(int=1), UUID(int=2)
SERIES, TODAY = "INV-2026-", date(2026, 3, 2)
LAST_PLACE = "select max(id) from (select id from msg.outbox union all select sequence from msg.event_log) as places"


@pytest.fixture
def kept(postgres: EmbeddedPostgres, fresh_database: DatabaseFactory) -> ServiceDatabase:
    """The database that is backed up."""
    return fresh_database("billing")


@pytest.fixture
def empty(unmigrated_database: DatabaseFactory) -> ServiceDatabase:
    """The database that the backup is restored into."""
    return unmigrated_database("billing")


@pytest.fixture
def keepers(postgres: EmbeddedPostgres, kept: ServiceDatabase, empty: ServiceDatabase) -> tuple[Keeper, Keeper]:
    """Whoever keeps the one and the other, with rights to see every tenant."""

    def keeper(database: ServiceDatabase) -> Keeper:
        name = urlsplit(database.app_url).path.removeprefix("/")
        return Keeper(service.schema, postgres.superuser_dsn(name), installed_programs())

    return keeper(kept), keeper(empty)


@asynccontextmanager
async def at(addresses: ServiceDatabase) -> AsyncIterator[Database]:
    database = connect("billing", addresses.app_url, pool_size=2)
    try:
        yield database
    finally:
        await database.engine.dispose()


async def issue(addresses: ServiceDatabase, tenant_id: UUID = OURS) -> str:
    """Take an invoice number and announce something, as issuing does."""
    async with at(addresses) as database, begin(database, the_service("billing", tenant_id), wall_clock()) as work:
        work.publish(something())
        return await next_number(work, series=SERIES, dated_on=TODAY)


async def last_place(addresses: ServiceDatabase) -> int:
    """The highest place in the order of events that was ever given."""
    async with at(addresses) as database, database.engine.connect() as connection:
        place: int = (await connection.execute(text(LAST_PLACE))).scalar_one()
        return place


async def test_a_number_that_was_printed_after_the_backup_is_never_printed_again(
    kept: ServiceDatabase, empty: ServiceDatabase, keepers: tuple[Keeper, Keeper], tmp_path: Path
) -> None:
    before, after = keepers
    file = tmp_path / "billing.backup"
    assert [await issue(kept), await issue(kept, THEIRS)] == ["INV-2026-00001", "INV-2026-00001"]
    before.back_up(file)
    assert [await issue(kept), await issue(kept)] == ["INV-2026-00002", "INV-2026-00003"]

    said = await after.restore(file, await before.marks())

    assert said == [f"number_series {SERIES} of tenant {OURS} goes on behind 3."]
    assert await last_place(empty) == 2, "what was announced after the backup is not there"
    assert [await issue(empty), await issue(empty, THEIRS)] == ["INV-2026-00004", "INV-2026-00002"]
    assert await last_place(empty) > await last_place(kept), "no consumer takes what is announced now for old"


async def test_only_an_empty_database_is_restored_into(
    kept: ServiceDatabase, empty: ServiceDatabase, keepers: tuple[Keeper, Keeper], tmp_path: Path
) -> None:
    before, after = keepers
    before.back_up(tmp_path / "backup")
    await issue(kept)

    with pytest.raises(NotEmpty):
        await before.restore(tmp_path / "backup")
    with pytest.raises(BadMarks):
        await after.restore(tmp_path / "backup", ['{"table": "invoices", "row": {}}'])
    assert await issue(kept) == "INV-2026-00002"


async def test_a_role_that_sees_one_tenant_only_cannot_take_a_backup_for_a_whole_one(
    kept: ServiceDatabase, tmp_path: Path
) -> None:
    keeper = Keeper(service.schema, kept.owner_url, installed_programs())

    with pytest.raises(ProgramFailed, match="row-level security"):
        keeper.back_up(tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def something() -> RevenueRecognised:
    """An event whatever it says."""
    ids = {name: new_id() for name in ("run_id", "contract_id", "billing_line_id", "opportunity_id", "account_id")}
    return RevenueRecognised(
        **ids, period_starts_on=TODAY, currency="EUR", amount=Decimal("1.00"), cumulative=Decimal("1.00")
    )
