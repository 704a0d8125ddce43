"""The command line does what HTTP does, for all tenants, and says so in the trail."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from typer.testing import CliRunner

import shared.process  # noqa: F401 - puts the command line together
from deploy.suite.postgres import EmbeddedPostgres
from deploy.suite.postgres_home import installed_programs
from services.crm.service import service
from shared import migrations
from shared.contracts.resourcing import PersonChanged
from shared.database import Database, connect
from shared.ids import new_id
from shared.operations.console import Surroundings, app, out
from shared.settings import Settings
from tests.conftest import DatabaseFactory
from tests.shared.messaging.suite import rows, value
from tests.shared.operations.conftest import CONSUMER
from tests.support.api import ISSUER, MERIDIAN, api
from tests.support.databases import run_apart
from tests.support.operations import a_parked_message, a_person, drained, inbox_of, nameless, whole

NORTHSTAR = UUID("0198c0de-0000-7000-8000-00000005746e")
WHY = "--reason=mended"


class Shell:
    """Somebody at the command line of the crm."""

    def __init__(self, url: str, superuser: str | None = None) -> None:
        self._url = url
        settings = Settings(database_url=url, backup_database_url=superuser, issuer_url=ISSUER)
        self._around = Surroundings("crm", service.schema, service.all_reactions, settings)

    def run(self, *arguments: str, status: int = 0) -> str:
        """What a command prints."""
        with out.capture() as printed:
            answer = CliRunner().invoke(app, arguments, obj=self._around)
        assert answer.exit_code == status, (answer.output, answer.exception)
        return printed.get() + answer.output

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


def test_what_is_wrong_is_grouped_noted_and_put_aside_as_a_whole(shell: Shell) -> None:
    there = [nameless(a_person(new_id())) for _ in range(3)]

    async def park(database: Database) -> None:
        await inbox_of(database).accept(there)
        await drained(database)

    shell.behind(park)
    fingerprint = shell.behind(lambda database: value(database, "select distinct error_fingerprint from msg.inbox"))

    grouped = shell.run("parked", "groups")
    assert CONSUMER in grouped and fingerprint in grouped and "wrong_schema" in grouped
    shell.run("parked", "note", CONSUMER, str(there[0].message_id), "asked the sender")
    assert "asked the sender" in shell.run("parked", "show", CONSUMER, str(there[0].message_id))
    assert "There is no such message" in shell.run("parked", "note", CONSUMER, str(new_id()), "x", status=1)

    assert "3 messages" in shell.run("parked", "discard-group", CONSUMER, PersonChanged.type, fingerprint, WHY)
    assert set(shell.behind(_statuses).values()) == {"discarded"}
    again = shell.run("parked", "discard-group", CONSUMER, PersonChanged.type, fingerprint, WHY, status=1)
    assert "No message of this group" in again
    trail = shell.run("trail")
    assert trail.count("discarded") == 3 and "note" in trail and "mended" in trail


def test_edited_copies_are_listed(shell: Shell) -> None:
    async def propose(database: Database) -> str:
        return (await a_parked_message(database, api(service, database)))["edited_copy_id"]

    copy = shell.behind(propose)

    listed = shell.run("parked", "copies")

    assert copy in listed and "olga" in listed and "proposed" in listed


def test_a_consumer_forgets_and_what_is_said_of_somebody_is_redacted(shell: Shell) -> None:
    anna = a_person(new_id(), "Anna")

    async def hear(database: Database) -> None:
        await inbox_of(database).accept([whole(anna)])
        await drained(database)
        await inbox_of(database).accept([nameless(anna, sequence=2)])
        await drained(database)

    shell.behind(hear)

    assert "1 messages are forgotten" in shell.run("forget", "--consumer", CONSUMER, WHY)
    assert "finished no such message" in shell.run("forget", "--consumer", CONSUMER, WHY, status=1)
    redact = ("redact", "--tenant", str(MERIDIAN), "--subject", anna.subject, "--field", "person_id", WHY)
    assert "0 events and 1 parked messages are redacted" in shell.run(*redact)
    assert str(anna.person_id).encode() not in shell.behind(
        lambda database: value(database, "select body from msg.inbox")
    )
    trail = shell.run("trail")
    assert "redacted" in trail and "forgot" in trail


def test_a_service_is_kept_and_brought_back_with_its_counters_where_they_were(
    postgres: EmbeddedPostgres,
    fresh_database: DatabaseFactory,
    unmigrated_database: DatabaseFactory,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("PATH", f"{installed_programs()}:{os.environ['PATH']}")
    kept, empty = fresh_database("crm"), unmigrated_database("crm")
    shells = [Shell(each.app_url, postgres.superuser_dsn(urlsplit(each.app_url).path[1:])) for each in (kept, empty)]
    file, marks = tmp_path / "crm.backup", tmp_path / "crm.marks"

    shells[0].run("backup", str(file))
    marks.write_text(shells[0].run("marks"))
    shells[1].run("restore", str(file), "--marks", str(marks))

    revision = "select version_num from alembic_version"
    assert shells[1].behind(lambda database: value(database, revision)) == migrations.head("crm")
    assert "not empty" in shells[1].run("restore", str(file), status=1)
    assert "BACKUP_DATABASE_URL" in Shell(kept.app_url).run("backup", str(file), status=2)


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
