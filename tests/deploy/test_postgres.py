"""The embedded PostgreSQL keeps what was committed, whatever is killed, and opens no directory."""

import gc
import os
import pwd
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import psutil
import pytest

from deploy.suite import postgres_home
from deploy.suite.databases import create_service_database
from deploy.suite.postgres import DataInUse, EmbeddedPostgres, PostgresDidNotStart
from tests.support.databases import run_apart
from tests.support.postgres import killed_suite, value
from tests.support.slots import slot

KEEP = "CREATE TABLE kept AS SELECT 42 AS answer"
RECALL = "SELECT answer FROM kept"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")


@pytest.fixture
def directory() -> Iterator[Path]:
    with slot("embedded-postgres") as held:
        yield held
        EmbeddedPostgres(held).home.forget()


async def test_what_was_committed_outlives_a_killed_server(directory: Path) -> None:
    with EmbeddedPostgres(directory) as server:
        await value(server, KEEP)
        killed = server.pid
        os.kill(killed, signal.SIGKILL)
        while not server.ensure_running():
            pass

        assert server.pid != killed
        assert await value(server, RECALL) == 42


def test_a_killed_server_that_somebody_else_reaped_is_not_told_to_run_on(directory: Path) -> None:
    with EmbeddedPostgres(directory) as server:
        killed = psutil.Process(server.pid)
        killed.kill()
        psutil.wait_procs([killed])

        assert server.ensure_running()
        gc.collect()  # where a child that nobody waited for warns


async def test_a_running_server_is_left_alone(directory: Path) -> None:
    with EmbeddedPostgres(directory) as server:
        assert not server.ensure_running()


async def test_a_killed_suite_finds_its_server_again(directory: Path) -> None:
    living = killed_suite(directory, KEEP)

    with EmbeddedPostgres(directory) as server:
        assert server.pid == living
        assert await value(server, RECALL) == 42
    assert not psutil.pid_exists(living)


async def test_suite_and_server_both_killed_come_back(directory: Path) -> None:
    living = killed_suite(directory, KEEP)
    os.kill(living, signal.SIGKILL)

    with EmbeddedPostgres(directory) as server:
        assert server.pid != living
        assert await value(server, RECALL) == 42


async def test_a_second_suite_on_the_same_data_is_refused(directory: Path) -> None:
    with EmbeddedPostgres(directory):
        with pytest.raises(DataInUse, match="Stop it first"):
            EmbeddedPostgres(directory).start()


async def test_a_first_start_that_was_interrupted_is_made_good(directory: Path) -> None:
    server = EmbeddedPostgres(directory)
    server.home.make()
    server.home.make_own_directory(server.home.directory / "data.unfinished")
    (server.home.directory / "data.unfinished" / "PG_VERSION").write_text("half")

    with server:
        assert await value(server, "SELECT 1") == 1


async def test_a_server_that_cannot_start_says_why(directory: Path) -> None:
    with pytest.raises(PostgresDidNotStart, match="invalid value for parameter"):
        EmbeddedPostgres(directory, {"max_connections": "many"}).start()


async def test_nothing_runs_and_nothing_listens_after_stop(directory: Path) -> None:
    server = EmbeddedPostgres(directory)
    server.start()
    running = server.pid
    server.stop()

    assert not psutil.pid_exists(running)
    assert not list(server.home.sockets.glob(".s.PGSQL.*"))


async def test_durability_stays_on_and_nothing_listens_on_the_network(directory: Path) -> None:
    with EmbeddedPostgres(directory) as server:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert await value(server, f"SHOW {setting}") == "on"
        assert await value(server, "SHOW listen_addresses") == ""


async def test_no_directory_that_existed_changes_its_mode(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    installed = postgres_home.installed_programs().parent
    watched = {*_with_parents(private), *_with_parents(installed), *installed.rglob("*")}
    watched |= set(_with_parents(postgres_home.ROOT_HOME.parent))
    before = {path: path.lstat().st_mode for path in watched}

    server = EmbeddedPostgres(private / "data")
    with server:
        assert await value(server, "SELECT 1") == 1
    server.home.forget()

    assert {path: path.lstat().st_mode for path in watched} == before


@as_root
async def test_as_root_data_lie_in_a_directory_made_for_them(directory: Path) -> None:
    with EmbeddedPostgres(directory) as server:
        home = server.home.directory
        assert home.parent == postgres_home.ROOT_HOME
        assert stat.S_IMODE(home.stat().st_mode) == 0o711
        assert stat.S_IMODE(server.home.data.stat().st_mode) == 0o700
        assert stat.S_IMODE(server.home.sockets.stat().st_mode) == 0o700
        assert psutil.Process(server.pid).uids().real != 0
    assert not directory.exists()


@as_root
def test_many_who_need_the_account_at_once_get_the_same_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    account = f"throughline-{os.getpid()}"
    monkeypatch.setattr(postgres_home, "ACCOUNT", account)
    try:
        with ThreadPoolExecutor(4) as threads:
            homes = list(threads.map(lambda _: postgres_home.PostgresHome.at(tmp_path), range(4)))
        assert {home.account.pw_uid for home in homes if home.account} == {pwd.getpwnam(account).pw_uid}
    finally:
        subprocess.run(["userdel", account], check=True, capture_output=True)


@as_root
async def test_as_root_programs_out_of_the_accounts_reach_are_copied(directory: Path, tmp_path: Path) -> None:
    programs = postgres_home.installed_programs()
    package = programs.parents[1]
    for part in (package, package.with_suffix(".libs")):
        if part.exists():
            shutil.copytree(part, tmp_path / part.name, symlinks=True)
    tmp_path.chmod(0o700)
    home = postgres_home.PostgresHome.at(directory)
    home.make()
    copies = set(postgres_home.ROOT_HOME.glob("programs-*"))

    copied = home.programs(tmp_path / programs.relative_to(package.parent))

    assert copied.is_relative_to(postgres_home.ROOT_HOME)
    with EmbeddedPostgres(directory, programs=copied) as server:
        assert await value(server, "SELECT 1") == 1
    for made in set(postgres_home.ROOT_HOME.glob("programs-*")) - copies:
        shutil.rmtree(made)


class TestServiceDatabase:
    """One database per service; the app role may do what migrations grant and no more."""

    async def test_creating_it_again_changes_nothing(self, postgres: EmbeddedPostgres) -> None:
        first = await create_service_database(postgres, "rehearsal")
        owner = await asyncpg.connect(_plain(first.owner_url))
        await owner.execute("CREATE TABLE IF NOT EXISTS kept ()")
        await owner.close()

        assert await create_service_database(postgres, "rehearsal") == first
        app = await asyncpg.connect(_plain(first.app_url))
        assert await app.fetchval("SELECT to_regclass('kept')") == "kept"
        await app.close()

    async def test_neither_role_may_bypass_row_level_security(self, postgres: EmbeddedPostgres) -> None:
        await create_service_database(postgres, "rehearsal")
        powerful = "SELECT count(*) FROM pg_roles WHERE rolname ^@ 'rehearsal_' AND (rolsuper OR rolbypassrls)"

        assert await value(postgres, powerful) == 0
        assert await value(postgres, "SELECT pg_has_role('rehearsal_app', 'rehearsal_owner', 'member')") is False

    async def test_the_app_role_cannot_make_tables(self, postgres: EmbeddedPostgres) -> None:
        database = await create_service_database(postgres, "rehearsal")
        app = await asyncpg.connect(_plain(database.app_url))

        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute("CREATE TABLE mine ()")
        await app.close()

    async def test_one_services_role_cannot_enter_anothers_database(self, postgres: EmbeddedPostgres) -> None:
        await create_service_database(postgres, "rehearsal")
        other = await create_service_database(postgres, "neighbour")

        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(_plain(other.app_url).replace("/neighbour?", "/rehearsal?"))

    async def test_a_wrong_password_is_refused(self, postgres: EmbeddedPostgres) -> None:
        database = await create_service_database(postgres, "rehearsal")
        password = postgres.password_of("rehearsal_app")

        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(_plain(database.app_url).replace(password, "guess"))

    def test_a_name_that_could_not_be_quoted_is_refused(self, postgres: EmbeddedPostgres) -> None:
        with pytest.raises(ValueError, match="no name for a database"):
            run_apart(create_service_database(postgres, 'crm"; DROP TABLE'))


def _plain(address: str) -> str:
    return address.replace("+asyncpg", "", 1)


def _with_parents(path: Path) -> list[Path]:
    return [path, *path.parents]
