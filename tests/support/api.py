"""A service's HTTP interface as people of different roles meet it, without a network and with real tokens.

    crm = api(service, database)                              # the descriptor, and its connected database
    rep = crm.as_(Role.SALES_REP, subject="rita")             # an httpx2.AsyncClient, not awaited
    answer = await rep.put(f"/opportunities/{id}", json={…})  # paths are under /api/v1
    assert answer.status_code == 403 and code_of(answer) == "not_permitted"

Everybody is of the tenant MERIDIAN unless `tenant=` says otherwise. `crm.anonymous` sends no token, and `crm.token(…)`
makes one to spoil. Tokens are signed by a key of the tests and verified by the real `Verifier`.
Work happens at the time that `clock` tells; tokens are valid by the wall clock.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import RSAKey

from shared.actor import Role
from shared.auth import AUDIENCE, JsonWebKeys, Verifier
from shared.clock import Clock, wall_clock
from shared.database import Database
from shared.pages.app import add_pages
from shared.pages.provider import Provider
from shared.pages.session import Session, Sessions
from shared.sealing import Seal
from shared.service import Service
from shared.telemetry import Telemetry
from shared.web.app import Served, create_app
from shared.web.limits import Limits

MERIDIAN = UUID("0198c0de-0000-7000-8000-000000000001")
ISSUER = "https://issuer.test"
QUARTER_HOUR = timedelta(minutes=15)
SEAL = Seal([b"the key of the tests' browsers!!"])
HTML = {"accept": "text/html"}
BY_SCRIPT = {"hx-request": "true"}
FORM_TOKEN = "sent-by-our-own-pages"


@functools.cache
def signing_key() -> RSAKey:
    """The key of the tests' issuer."""
    return RSAKey.generate_key(2048, {"kid": "tests", "use": "sig", "alg": "RS256"})


async def public_keys() -> JsonWebKeys:
    """What the tests' issuer would serve as its key set."""
    return {"keys": [signing_key().as_dict(private=False)]}


def verifier() -> Verifier:
    """Trusts the tests' issuer."""
    return Verifier(ISSUER, public_keys)


def token(
    *roles: Role,
    subject: str = "somebody",
    tenant: UUID = MERIDIAN,
    header: Mapping[str, Any] | None = None,
    **claims: Any,
) -> str:
    """An access token of the tests' issuer; `header` and `claims` replace what it says, None takes it out."""
    now = int(wall_clock().timestamp())
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject,
        "tenant": str(tenant),
        "roles": [*roles],
        "iat": now,
        "exp": now + int(QUARTER_HOUR.total_seconds()),
        **claims,
    }
    protected = {"alg": "RS256", "kid": "tests", "typ": "at+jwt", **(header or {})}
    kept = {name: value for name, value in said.items() if value is not None}
    return jwt.encode({name: value for name, value in protected.items() if value is not None}, kept, signing_key())


@dataclass(frozen=True)
class Api:
    """One service's application and clients of it."""

    app: FastAPI
    prefix: str = "/api/v1"

    @property
    def anonymous(self) -> httpx2.AsyncClient:
        """A client that sends no token."""
        return self.with_token(None)

    def as_(self, *roles: Role, subject: str | None = None, tenant: UUID = MERIDIAN) -> httpx2.AsyncClient:
        """A client that somebody with `roles` has logged in with; `subject` is the first role unless given."""
        named = subject or (roles[0].value if roles else "somebody")
        return self.with_token(token(*roles, subject=named, tenant=tenant))

    def browser(
        self, *roles: Role, subject: str | None = None, tenant: UUID = MERIDIAN, **claims: Any
    ) -> httpx2.AsyncClient:
        """A browser at which somebody with `roles` is logged in; what it sends comes from our own pages."""
        named = subject or (roles[0].value if roles else "somebody")
        bearer = token(*roles, subject=named, tenant=tenant, **claims)
        client = self.stranger
        client.headers["x-csrf-token"] = FORM_TOKEN
        client.cookies.set("throughline", SEAL.close("session", asdict(a_session(bearer))))
        return client

    @property
    def stranger(self) -> httpx2.AsyncClient:
        """A browser at which nobody is logged in."""
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self.app, raise_app_exceptions=False), base_url="http://service.test"
        )

    def with_token(self, bearer: str | None) -> httpx2.AsyncClient:
        """A client that sends `bearer`."""
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self.app, raise_app_exceptions=False),
            base_url=f"http://service.test{self.prefix}",
            headers={"authorization": f"Bearer {bearer}"} if bearer is not None else {},
        )


def api(
    service: Served,
    database: Database,
    *,
    clock: Clock = wall_clock,
    limits: Limits | None = None,
    telemetry: Telemetry | None = None,
) -> Api:
    """The HTTP interface of `service` over `database`; nobody is counted unless `limits` says so."""
    unlimited = limits or Limits(requests_per_second=None)
    app = create_app(service, database, verifier(), clock, limits=unlimited, telemetry=telemetry)
    if isinstance(service, Service):
        add_pages(app, service, sessions())
    return Api(app)


def sessions() -> Sessions:
    """The sessions of browsers that the tests log in themselves; their provider is never asked."""
    return Sessions(Provider(ISSUER, client_id="browser"), verifier(), SEAL, "http://service.test")


def a_session(bearer: str, **different: Any) -> Session:
    """The session of a browser that holds `bearer`."""
    ends_at = wall_clock().timestamp() + QUARTER_HOUR.total_seconds()
    return Session(
        **{"access_token": bearer, "refresh_token": None, "expires_at": ends_at, "form_token": FORM_TOKEN} | different
    )


def code_of(answer: httpx2.Response) -> str:
    """The stable code of a refusal; fails if `answer` is none."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["code"])


async def undone(browser: httpx2.AsyncClient, answer: httpx2.Response) -> httpx2.Response:
    """What is answered to whoever takes the way back that the message of `answer` offers."""
    toast = json.loads(answer.headers["hx-trigger"])["toast"]
    path = f"/{toast['undo'].split('/', 2)[2]}"
    return await browser.post(path, data=toast["values"], headers=BY_SCRIPT)


async def seen(browser: httpx2.AsyncClient, path: str) -> str:
    """What a page that `browser` may open says, as HTML."""
    answer = await browser.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text
