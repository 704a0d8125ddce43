"""Two services and the issuer behind one front door, as a browser meets them."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from deploy.suite.browsers import sessions_of
from deploy.suite.issuer.accounts import Account, Client, Membership, hash_password
from deploy.suite.issuer.app import create_issuer_app
from deploy.suite.issuer.firm import BROWSER
from deploy.suite.issuer.issuer import Issuer
from deploy.suite.issuer.keys import SigningKeys
from services.billing.service import service as billing
from services.crm.service import service as crm
from shared.actor import Role
from shared.database import Database, connect
from shared.pages.app import add_pages
from shared.pages.session import Sessions
from shared.service import Service
from shared.web.app import create_app
from tests.conftest import DatabaseFactory
from tests.support.api import MERIDIAN
from tests.support.crm import CANARY

ORIGIN = "http://suite.test"
PASSWORD = "correct horse"
HASH = hash_password(PASSWORD)


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key file, made once: making a key takes a while."""
    file = tmp_path_factory.mktemp("issuer") / "issuer-keys.json"
    SigningKeys(file)
    return file


@pytest.fixture
def origin() -> str:
    """The address that browsers know."""
    return ORIGIN


@pytest.fixture
def served() -> Sequence[Service]:
    """The services behind it."""
    return (crm, billing)


@pytest.fixture
def issuer(tmp_path: Path, key_file: Path, origin: str, served: Sequence[Service]) -> Issuer:
    """Lets Helen log in, and Ruth, who works for two firms."""
    shutil.copy2(key_file, tmp_path)
    helen = Account("helen", "Helen Adler", MERIDIAN, frozenset({Role.SALES_MANAGER}), HASH, tenant_name="Meridian")
    nordic = Membership(CANARY, "Nordic", frozenset({Role.AUDITOR}))
    ruth = Account(
        "ruth", "Ruth Osei", MERIDIAN, frozenset({Role.AUDITOR}), HASH, tenant_name="Meridian", elsewhere=(nordic,)
    )
    addresses = [
        frozenset(f"{origin}/{one.name}/session/{end}" for one in served) for end in ("logged-in", "logged-out")
    ]
    return Issuer(f"{origin}/issuer", [helen, ruth], tmp_path, clients=[Client(BROWSER, *addresses)])


@dataclass(frozen=True)
class Suite:
    """What a browser meets under one address; `sessions` are those of crm."""

    app: Starlette
    sessions: Sessions
    databases: Mapping[str, Database]

    def age(self, browser: httpx2.AsyncClient) -> None:
        """Let the access token that `browser` holds come to its end."""
        said = self.sessions.seal.open("session", browser.cookies[self.sessions.cookie]) or {}
        aged = self.sessions.seal.close("session", {**said, "expires_at": 0.0})
        for kept in browser.cookies.jar:
            if kept.name == self.sessions.cookie:
                kept.value = aged


@pytest.fixture
async def suite(issuer: Issuer, served: Sequence[Service], service_database: DatabaseFactory) -> AsyncIterator[Suite]:
    """Crm and billing, each with sessions of its own over one key, and the issuer."""
    log_ins = create_issuer_app(issuer)
    first = sessions_of(issuer, log_ins)
    second = Sessions(first.provider, first.verifier, first.seal, first.public_url)
    mounts: list[BaseRoute] = [Mount("/issuer", log_ins)]
    databases: dict[str, Database] = {}
    for service, sessions in zip(served, itertools.chain([first], itertools.repeat(second)), strict=False):
        database = connect(service.name, service_database(service.name).app_url, pool_size=8)
        databases[service.name] = database
        app = create_app(service, database, sessions.verifier)
        add_pages(app, service, sessions)
        mounts.append(Mount(f"/{service.name}", app))
        if not any(isinstance(one, Route) for one in mounts):
            mounts += [Route("/home", app), Route("/static/{name:path}", app)]
    yield Suite(Starlette(routes=mounts), first, databases)
    for database in databases.values():
        await database.engine.dispose()


@pytest.fixture
async def browser(suite: Suite) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser that follows where it is sent."""
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(suite.app, raise_app_exceptions=False), base_url=ORIGIN, follow_redirects=True
    ) as client:
        yield client
