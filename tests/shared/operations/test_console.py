"""The command line does what HTTP does, for all tenants, and says so in the trail."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

import shared.process  # noqa: F401 - puts the command line together
from services.crm.service import service
from shared.database import Database, connect
from shared.ids import new_id
from shared.operations.console import Surroundings, app, out
from shared.settings import Settings
from tests.conftest import DatabaseFactory
from tests.shared.messaging.suite import rows
from tests.shared.operations.conftest import CONSUMER
from tests.support.api import ISSUER
from tests.support.databases import run_apart
from tests.support.operations import a_person, drained, inbox_of, nameless, whole

NORTHSTAR = UUID("0198c0de-0000-7000-8000-00000005746e")
WHY = "--reason=mended"


class Shell:
    """Somebody at the command line of the crm."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._around = Surroundings("crm", service.schema, service.all_reactions, self._settings())

    def _settings(self) -> Settings:
        return Settings(database_url=self._url, issuer_url=ISSUER)

    def run(self, *arguments: str, status: int = 0) -> str:
        """What a command prints."""
        with out.capture() as printed:
            answer = CliRunner().invoke(app, arguments, obj=self._around)
        assert answer.exit_code == status, (answer.output, answer.exception)
        return printed.get()

    def behind(self, act: Callable[[Database], Awaitable[Any]]) -> Any:
        """What `act` finds or does in the database."""

        async def connected() -> Any:
            database = connect("crm", self._url)
            try:
                return await act(database)
            finally:
                await database.engine.dispose()

        return run_apart(connected())


@pytest.fixture
def shell(service_database: DatabaseFactory, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Sit down at a wide terminal."""
    monkeypatch.setattr(out, "_width", 400)
    return Shell(service_database("crm").app_url)


def test_parked_messages_of_all_tenants_are_listed_shown_and_dealt_with(shell: Shell) -> None:
    mine, theirs = nameless(a_person(new_id())), nameless(a_person(new_id()), tenant=NORTHSTAR)

    async def park(database: Database) -> None:
        await inbox_of(database).accept([mine, theirs])
        await drained(database)

    shell.behind(park)

    listed = shell.run("parked", "list", "--consumer", CONSUMER)
    shown = json.loads(shell.run("parked", "show", CONSUMER, str(theirs.message_id)))
    assert str(mine.message_id) in listed and str(theirs.message_id) in listed
    assert shown["schema errors"] == ["/name: Field required"]

    assert "1 of 1" in shell.run("parked", "discard", CONSUMER, str(mine.message_id), WHY)
    again = shell.run("parked", "requeue", CONSUMER, str(mine.message_id), WHY, status=1)
    assert "None of these messages is parked" in again
    row = shell.behind(lambda database: rows(database, "select type, error_fingerprint from msg.inbox limit 1"))[0]
    assert "1 messages" in shell.run("parked", "requeue-group", CONSUMER, row.type, row.error_fingerprint, WHY)
    assert shell.behind(_statuses) == {str(mine.message_id): "discarded", str(theirs.message_id): "pending"}
    assert "cli:" in shell.run("trail")


def test_a_consumer_is_held_back_for_everybody_and_goes_on(shell: Shell) -> None:
    there = whole(a_person(new_id()), tenant=NORTHSTAR)

    async def arrive(database: Database) -> None:
        await inbox_of(database).accept([there])
        await drained(database)

    shell.run("pause", "consumer", CONSUMER, WHY)
    shell.behind(arrive)
    assert shell.behind(_statuses) == {str(there.message_id): "pending"}
    assert "(all)" in shell.run("live", "--once")

    shell.run("resume", "consumer", CONSUMER, WHY)
    shell.behind(drained)
    assert shell.behind(_statuses) == {str(there.message_id): "done"}


def test_a_lane_is_paused_only_once(shell: Shell) -> None:
    shell.run("pause", "lane", "3", WHY)

    assert "paused already" in shell.run("pause", "lane", "3", WHY, status=1)
    shell.run("resume", "lane", "3", WHY)


async def _statuses(database: Database) -> dict[str, str]:
    return {str(row.event_id): row.status for row in await rows(database, "select event_id, status from msg.inbox")}


def test_a_database_that_is_away_is_told_of_in_one_line() -> None:
    nowhere = Shell("postgresql+asyncpg://crm:secret@127.0.0.1:1/crm")

    said = nowhere.run("live", "--once", status=1)

    assert "does not answer" in said
    assert "secret" not in said
