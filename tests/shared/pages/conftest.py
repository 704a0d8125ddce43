"""Two services and the issuer behind one front door, as a browser meets them."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from deploy.suite.browsers import sessions_of
from deploy.suite.issuer.accounts import Account, Client, Membership, hash_password
from deploy.suite.issuer.app import create_issuer_app
from deploy.suite.issuer.firm import BROWSER
from deploy.suite.issuer.issuer import Issuer
from deploy.suite.issuer.keys import SigningKeys
from services.billing.service import service as billing
from services.crm.service import service as crm
from shared.actor import Role
from shared.database import connect
from shared.pages.app import add_pages
from shared.pages.session import Sessions
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
def issuer(tmp_path: Path, key_file: Path) -> Issuer:
    """Lets Helen log in, and Ruth, who works for two firms."""
    shutil.copy2(key_file, tmp_path)
    helen = Account("helen", "Helen Adler", MERIDIAN, frozenset({Role.SALES_MANAGER}), HASH, tenant_name="Meridian")
    nordic = Membership(CANARY, "Nordic", frozenset({Role.AUDITOR}))
    ruth = Account(
        "ruth", "Ruth Osei", MERIDIAN, frozenset({Role.AUDITOR}), HASH, tenant_name="Meridian", elsewhere=(nordic,)
    )
    addresses = [
        frozenset(f"{ORIGIN}/{one}/session/{end}" for one in ("crm", "billing")) for end in ("logged-in", "logged-out")
    ]
    return Issuer(f"{ORIGIN}/issuer", [helen, ruth], tmp_path, clients=[Client(BROWSER, *addresses)])


@dataclass(frozen=True)
class Suite:
    """What a browser meets under one address; `sessions` are those of crm."""

    app: Starlette
    sessions: Sessions

    def age(self, browser: httpx2.AsyncClient) -> None:
        """Let the access token that `browser` holds come to its end."""
        said = self.sessions.seal.open("session", browser.cookies[self.sessions.cookie]) or {}
        aged = self.sessions.seal.close("session", {**said, "expires_at": 0.0})
        for kept in browser.cookies.jar:
            if kept.name == self.sessions.cookie:
                kept.value = aged


@pytest.fixture
async def suite(issuer: Issuer, service_database: DatabaseFactory) -> AsyncIterator[Suite]:
    """Crm and billing, each with sessions of its own over one key, and the issuer."""
    log_ins = create_issuer_app(issuer)
    first = sessions_of(issuer, log_ins)
    second = Sessions(first.provider, first.verifier, first.seal, first.public_url)
    mounts, databases = [Mount("/issuer", log_ins)], []
    for service, sessions in ((crm, first), (billing, second)):
        databases.append(connect(service.name, service_database(service.name).app_url, pool_size=5))
        app = create_app(service, databases[-1], sessions.verifier)
        add_pages(app, service, sessions)
        mounts.append(Mount(f"/{service.name}", app))
    yield Suite(Starlette(routes=mounts), first)
    for database in databases:
        await database.engine.dispose()


@pytest.fixture
async def browser(suite: Suite) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser that follows where it is sent."""
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(suite.app, raise_app_exceptions=False), base_url=ORIGIN, follow_redirects=True
    ) as client:
        yield client
