"""A Tryton for tests: an environment of its own, a database on our PostgreSQL, its server, a company with books."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest

from deploy.connectors.tryton.rpc import Tryton
from deploy.suite.postgres import EmbeddedPostgres
from tests.support.databases import run_apart
from tests.support.processes import ROOT, Program, end_remains, free_ports, spawn
from tests.support.slots import slot

LOCK = ROOT / "requirements-tryton.lock"
MODULE = ROOT / "deploy" / "connectors" / "tryton" / "throughline"
NAME = "tryton"  # of the database, and of its owner
ADMIN, CONNECTOR, PASSWORD = "admin", "throughline", "books-of-the-erp"
SET_UP_SECONDS = 600
PROFIT_AND_LOSS = {"income", "expense"}


@dataclass(frozen=True)
class TrytonServer:
    """A server at work, and where."""

    url: str

    @asynccontextmanager
    async def session(self, user: str = ADMIN) -> AsyncIterator[Tryton]:
        """A session of one of its users."""
        async with httpx2.AsyncClient(base_url=self.url) as http:
            tryton = Tryton(http, NAME)
            await tryton.log_in(user, PASSWORD)
            yield tryton


@dataclass(frozen=True)
class TrialBalance:
    """What Tryton's general ledger says of every account that is not nought, and how many moves are posted."""

    balances: Mapping[str, Decimal]
    moves: int


@contextmanager
def a_tryton(postgres: EmbeddedPostgres) -> Iterator[TrytonServer]:
    """Run a Tryton with accounting and our module on `postgres`; its environment is kept for the next run."""
    with slot("tryton") as directory:
        home, [port] = directory / "home", free_ports(1)
        end_remains(home)
        home.mkdir(parents=True)
        programs = _installed(directory / "environment")
        run_apart(_fresh_database(postgres))
        uri = postgres.dsn("", NAME, postgres.password_of(NAME)).replace("+asyncpg", "", 1)
        (home / "trytond.conf").write_text(f"[database]\nuri = {uri}\n[web]\nlisten = 127.0.0.1:{port}\n")
        (home / "password").write_text(PASSWORD)
        settings = {**os.environ, "HOME": str(home), "TRYTONPASSFILE": str(home / "password")}
        options = ["-c", "trytond.conf", "-d", NAME]
        made: list[str | Path] = [
            programs / "trytond-admin",
            *options,
            "-u",
            MODULE.name,
            "--activate-dependencies",
            "--email",
            "admin@example.com",
        ]
        _run(made, home, settings)
        log = home / "tryton.log"
        program = Program("tryton", log, spawn([str(programs / "trytond"), *options], home, settings, log))
        server = TrytonServer(f"http://127.0.0.1:{port}")
        try:
            program.until(lambda: _listens(port), what="to listen")
            yield server
        finally:
            program.kill()


async def found_company(
    tryton: Tryton, name: str, currency: str, accounts: Mapping[str, str], *, first: date, last: date
) -> None:
    """Set up a company: its currency, its accounts (kind by code), periods from `first` to `last`, the connector."""

    async def new(model: str, **values: Any) -> Any:
        [made] = await tryton.call(f"{model}.create", [values])
        return made

    async def known(module: str, thing: str) -> Any:
        return await tryton.call("ir.model.data.get_id", module, thing)

    cent = Decimal("0.01")
    kept_in = await new("currency.currency", name=currency, code=currency, symbol=currency, rounding=cent, digits=2)
    company = await new("company.company", party=await new("party.party", name=name), currency=kept_in)
    member = {"companies": [["add", [company]]], "company": company}
    rights = [["add", [await known("account", "group_account")]]]
    await new("res.user", name="Throughline", login=CONNECTOR, password=PASSWORD, groups=rights, **member)
    [admin] = await tryton.read("res.user", [["login", "=", ADMIN]], "login")
    await tryton.call("res.user.write", [admin["id"]], member)
    await tryton.log_in(ADMIN, PASSWORD)  # a session has the company that its user had as it began
    of_moves = await known("account", "sequence_type_account_move")
    numbers = await new("ir.sequence.strict", name="moves", company=company, sequence_type=of_moves)
    year = await new(
        "account.fiscalyear", name="year", company=company, start_date=first, end_date=last, move_sequence=numbers
    )
    await tryton.call("account.fiscalyear.create_period", [year])
    types = {
        kind: await new(
            "account.account.type",
            name=kind,
            company=company,
            statement="income" if kind in PROFIT_AND_LOSS else "balance",
        )
        for kind in sorted(set(accounts.values()))
    }
    for code, kind in accounts.items():
        await new("account.account", name=code, code=code, company=company, type=types[kind])


async def trial_balance(tryton: Tryton, *, up_to: date | None = None) -> TrialBalance:
    """What Tryton's own general ledger adds up to, from its posted moves alone."""
    [year] = await tryton.read("account.fiscalyear", [], "end_date")
    asked = {"fiscalyear": year["id"], "posted": True, "to_date": up_to or year["end_date"]}
    rows = await tryton.read("account.general_ledger.account", [], "account.code", "end_balance", **asked)
    moves = await tryton.call("account.move.search_count", [["state", "=", "posted"]])
    return TrialBalance({row["account."]["code"]: row["end_balance"] for row in rows if row["end_balance"]}, moves)


def _installed(environment: Path) -> Path:
    """Its programs, installed from the lock unless this very lock was installed before; our module lies in it anew."""
    kept, python = environment / "installed.lock", environment / "bin" / "python"
    if not kept.exists() or kept.read_bytes() != LOCK.read_bytes():
        shutil.rmtree(environment, ignore_errors=True)
        _run([sys.executable, "-m", "venv", environment], ROOT, os.environ)
        _run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", LOCK], ROOT, os.environ)
        shutil.copy(LOCK, kept)
    [modules] = environment.glob("lib/python*/site-packages/trytond/modules")
    shutil.copytree(MODULE, modules / MODULE.name, dirs_exist_ok=True)
    return environment / "bin"


def _run(command: Sequence[str | Path], directory: Path, settings: Mapping[str, str]) -> None:
    """Run a program that must end well; fails the test with what it printed."""
    done = subprocess.run(
        command, cwd=directory, env=settings, capture_output=True, text=True, timeout=SET_UP_SECONDS, check=False
    )
    if done.returncode:
        pytest.fail(f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}", pytrace=False)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


async def _fresh_database(postgres: EmbeddedPostgres) -> None:
    server = await asyncpg.connect(postgres.superuser_dsn().replace("+asyncpg", "", 1))
    try:
        await server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        await server.execute(f"DROP ROLE IF EXISTS {NAME}")
        await server.execute(f"CREATE ROLE {NAME} LOGIN PASSWORD '{postgres.password_of(NAME)}'")
        await server.execute(f"CREATE DATABASE {NAME} OWNER {NAME}")
    finally:
        await server.close()
