"""A process that is set up wrongly says which variable, what it is for, and nothing secret."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from services.billing.service import service as billing
from services.crm.service import service
from shared.process import USAGE, declare_topology, main, migrate, serve, work
from shared.service import Service
from shared.settings import Settings, from_environment

Part = Callable[[Service, Settings], Coroutine[Any, Any, None]]
ROOT = Path(__file__).parents[2]
COMPLETE = {
    "DATABASE_URL": "postgresql+asyncpg://crm_app:hunter2-of-the-database@nowhere.invalid/crm",
    "BROKER_URL": "amqp://crm:hunter2-of-the-broker@nowhere.invalid/",
    "ISSUER_URL": "https://issuer.invalid",
    "PUBLIC_URL": "https://suite.invalid",
    "SESSION_KEY": "0f" * 32,
    "SECRETS_KEY": "5e" * 32,
}
ROW = re.compile(r"^\| `([A-Z_]+)` \| (required|optional|default `([^`]*)`) \| (.+) \|$", re.MULTILINE)


@pytest.fixture
def surroundings(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str | None], None]:
    """Give a complete environment, and a way to change a variable of it or to take it out."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)

    def change(name: str, value: str | None) -> None:
        if value is None:
            monkeypatch.delenv(name)
        else:
            monkeypatch.setenv(name, value)

    return change


Change = Callable[[str, str | None], None]


def refused(read: Callable[[], object], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Give what is said before the process ends with status 2; fails if it tells a secret."""
    with pytest.raises(SystemExit) as ended:
        read()
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert "hunter2" not in said.err + said.out
    return said.err.splitlines()


def purpose(name: str) -> str:
    """Tell what a variable is for."""
    return Settings.model_fields[name.lower()].description or ""


def test_a_complete_environment_is_enough(surroundings: Change) -> None:
    assert from_environment().database_url == COMPLETE["DATABASE_URL"]


@pytest.mark.parametrize("name", ["DATABASE_URL", "ISSUER_URL"])
def test_what_is_missing_is_named_with_its_purpose(
    name: str, surroundings: Change, capsys: pytest.CaptureFixture[str]
) -> None:
    surroundings(name, None)

    assert refused(from_environment, capsys) == [f"{name}: Field required ({purpose(name)})"]


def test_everything_that_is_missing_is_said_at_once(surroundings: Change, capsys: pytest.CaptureFixture[str]) -> None:
    surroundings("DATABASE_URL", None)
    surroundings("ISSUER_URL", None)

    assert [line.partition(":")[0] for line in refused(from_environment, capsys)] == ["DATABASE_URL", "ISSUER_URL"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("PORT", "hunter2"),
        ("POOL_SIZE", "0"),
        ("TRACE_RATIO", "1.5"),
        ("DRAIN_SECONDS", "-1"),
        ("METRICS_PORT", "hunter2"),
        ("DATABASE_URL", "hunter2"),
        ("MIGRATION_DATABASE_URL", "mysql://root:hunter2@nowhere.invalid/crm"),
        ("BACKUP_DATABASE_URL", "mysql://root:hunter2@nowhere.invalid/crm"),
        ("BROKER_URL", "https://hunter2.invalid"),
        ("BROKER_ADMIN_URL", "https://hunter2.invalid"),
        ("BROKER_MANAGEMENT_URL", "amqp://hunter2.invalid"),
        ("ISSUER_URL", "hunter2"),
        ("JWKS_URL", "hunter2"),
        ("PUBLIC_URL", "hunter2"),
        ("SESSION_KEY", "hunter2"),
        ("SESSION_KEY", "0f" * 31),
        ("SECRETS_KEY", "hunter2"),
        ("OTLP_ENDPOINT", "hunter2"),
        ("LOG_LEVEL", "hunter2"),
    ],
)
def test_what_is_wrong_is_named_with_its_purpose(
    name: str, wrong: str, surroundings: Change, capsys: pytest.CaptureFixture[str]
) -> None:
    surroundings(name, wrong)

    (said,) = refused(from_environment, capsys)
    assert said.startswith(f"{name}: ")
    assert said.endswith(f"({purpose(name)})")


@pytest.mark.parametrize(
    ("part", "needs"),
    [
        (work, "BROKER_URL"),
        (declare_topology, "BROKER_URL"),
        (migrate, "MIGRATION_DATABASE_URL"),
        (serve, "SESSION_KEY"),
        (serve, "PUBLIC_URL"),
    ],
)
def test_a_part_says_what_only_it_needs(
    part: Part, needs: str, surroundings: Change, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = from_environment().model_copy(update={needs.lower(): None})

    assert refused(lambda: asyncio.run(part(service, settings)), capsys) == [
        f"{needs}: Field required ({purpose(needs)})"
    ]


@pytest.mark.parametrize("part", [work, serve])
def test_whoever_keeps_secrets_needs_the_key_to_them(
    part: Part, surroundings: Change, capsys: pytest.CaptureFixture[str]
) -> None:
    surroundings("SECRETS_KEY", None)

    said = refused(lambda: asyncio.run(part(billing, from_environment())), capsys)
    assert said == [f"SECRETS_KEY: Field required ({purpose('SECRETS_KEY')})"]
    assert not service.keeps_secrets


def test_a_process_ends_with_status_2_and_without_a_traceback() -> None:
    inherited = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    environment = {**inherited, **COMPLETE, "PORT": "hunter2"}
    command = [sys.executable, "-m", "services.crm", "api"]

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "hunter2" not in done.stderr


def test_an_unknown_part_is_answered_with_those_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["services.crm", "everything"])

    assert refused(lambda: main(service), capsys) == [USAGE]


def test_the_documentation_lists_the_settings_as_they_are() -> None:
    listed = ROW.findall((ROOT / "docs" / "architecture.md").read_text())

    declared = []
    for name, field in Settings.model_fields.items():
        if field.is_required():
            need, default = "required", ""
        elif field.default is None:
            need, default = "optional", ""
        else:
            need, default = f"default `{field.default}`", str(field.default)
        declared.append((name.upper(), need, default, field.description))
    assert listed == declared
