"""A small issuer over HTTP, on a clock that tests turn."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from deploy.suite.issuer.accounts import Account, hash_password
from deploy.suite.issuer.app import create_issuer_app
from deploy.suite.issuer.issuer import Issuer
from deploy.suite.issuer.keys import SigningKeys
from shared.actor import Role
from shared.auth import Verifier
from shared.clock import wall_clock
from shared.web.limits import Limits
from tests.support.api import MERIDIAN

URL = "http://suite.test/issuer"
PASSWORD = "correct horse"
SECRET = "battery staple"
HASHES = hash_password(PASSWORD), hash_password(SECRET)


@dataclass
class Turned:
    """A clock that stands until it is turned."""

    now: datetime = field(default_factory=wall_clock)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def clock() -> Turned:
    """The issuer's clock."""
    return Turned()


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key file, made once: making a key takes a while."""
    file = tmp_path_factory.mktemp("issuer") / "issuer-keys.json"
    SigningKeys(file)
    return file


@pytest.fixture
def issuer(tmp_path: Path, key_file: Path, clock: Turned) -> Issuer:
    """Lets Ines log in, and the ERP."""
    shutil.copy2(key_file, tmp_path)
    ines = Account("ines", "Ines Keller", MERIDIAN, frozenset({Role.SALES_REP}), HASHES[0])
    erp = Account("erp", "ERP", MERIDIAN, frozenset({Role.ERP}), HASHES[1], is_program=True)
    return Issuer(URL, [ines, erp], tmp_path, clock=clock, guesses=Limits(requests_per_second=0.001, burst=6))


@pytest.fixture
def verifier(issuer: Issuer, clock: Turned) -> Verifier:
    """Trusts the issuer, as a service does."""
    return Verifier(URL, issuer.key_source, clock=clock)


@pytest.fixture
async def http(issuer: Issuer) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser, or a program, before the suite that has the issuer under /issuer."""
    suite = Starlette(routes=[Mount("/issuer", create_issuer_app(issuer))])
    transport = httpx2.ASGITransport(suite)
    async with httpx2.AsyncClient(transport=transport, base_url="http://suite.test") as client:
        yield client
