"""The PostgreSQL that the suite runs on: the embedded one, or the server that DATABASE_URL names."""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urlsplit, urlunsplit

from deploy.suite.databases import PostgresServer
from deploy.suite.postgres import EmbeddedPostgres


class Server(PostgresServer, Protocol):
    """A server that can be started, kept running and stopped."""

    def start(self) -> None:
        """Have it ready for connections."""

    def stop(self) -> None:
        """Let go of it."""

    def ensure_running(self) -> bool:
        """Start it again if it is gone; tell whether it was."""


class GivenPostgres:
    """A server that somebody else runs, reached as a superuser at `url`; it is neither started nor stopped."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)

    def start(self) -> None:
        """Nothing to do: somebody else runs it."""

    def stop(self) -> None:
        """Nothing to do: somebody else runs it."""

    def ensure_running(self) -> bool:
        """It is not ours to start."""
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    def dsn(self, database: str, user: str, password: str) -> str:
        """The SQLAlchemy address of `database` for `user`."""
        host = self._url.netloc.rpartition("@")[2]
        return urlunsplit(("postgresql+asyncpg", f"{user}:{password}@{host}", f"/{database}", self._url.query, ""))

    def superuser_dsn(self, database: str = "postgres") -> str:
        """The superuser's address of `database`."""
        return urlunsplit(("postgresql+asyncpg", self._url.netloc, f"/{database}", self._url.query, ""))

    def password_of(self, role: str) -> str:
        """The password of `role`, derived from the superuser's, so that it need not be kept anywhere."""
        secret = hashlib.sha256((self._url.password or self._url.netloc).encode()).digest()
        return hmac.digest(secret, role.encode(), "sha256").hex()


def server(directory: Path) -> Server:
    """The server for the suite's data in `directory`; DATABASE_URL (a superuser's address) wins where it is set."""
    given = os.environ.get("DATABASE_URL")
    return GivenPostgres(given) if given else EmbeddedPostgres(directory / "postgres")
