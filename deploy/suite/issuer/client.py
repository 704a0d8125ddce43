"""Logging in as a program does it for a person (code + PKCE) or for itself (client credentials), over HTTP."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2

from deploy.suite.issuer.accounts import COMMAND_LINE, Client
from deploy.suite.issuer.grants import challenge_of

PATH = "/issuer"  # where the embedded suite has it
FORM = re.compile(r'<form[^>]* action="([^"]*)"')
TICKET = re.compile(r'name="ticket" value="([^"]*)"')
TENANT = re.compile(r'name="tenant" value="([^"]*)"')


class LogInFailed(Exception):
    """The issuer did not let us in; the message says what it answered."""


@dataclass(frozen=True)
class Tokens:
    """What the issuer gave; only people have a refresh token and an id token."""

    access_token: str
    expires_in: int
    refresh_token: str | None = None
    id_token: str | None = None


async def log_in(
    http: httpx2.AsyncClient, subject: str, password: str, *, issuer: str = PATH, client: Client = COMMAND_LINE
) -> Tokens:
    """Log in as a person does in a browser; `issuer` is an address, or a path under that of `http`.

    Raises LogInFailed.
    """
    known = await _discovered(http, issuer)
    redirect_uri = min(client.redirect_uris)
    verifier, state, nonce = (secrets.token_urlsafe(48) for _ in range(3))
    asked = {
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": "openid",
        "prompt": "login",  # whoever this program logged in before
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    code = await _code(http, known["authorization_endpoint"], asked, subject, password)
    proof = {"code": code, "code_verifier": verifier, "redirect_uri": redirect_uri, "client_id": client.client_id}
    return await _tokens(http, known, {"grant_type": "authorization_code", **proof})


async def refresh(
    http: httpx2.AsyncClient, refresh_token: str, *, issuer: str = PATH, client: Client = COMMAND_LINE
) -> Tokens:
    """Go on with a log-in; `refresh_token` is used up by it. Raises LogInFailed."""
    known = await _discovered(http, issuer)
    said = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": client.client_id}
    return await _tokens(http, known, said)


async def client_credentials(http: httpx2.AsyncClient, client_id: str, secret: str, *, issuer: str = PATH) -> Tokens:
    """Log in as the program `client_id`. Raises LogInFailed."""
    known = await _discovered(http, issuer)
    said = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return await _tokens(http, known, said)


async def _code(http: httpx2.AsyncClient, endpoint: str, asked: dict[str, str], subject: str, password: str) -> str:
    page = await http.get(endpoint, params=asked)
    form, ticket = FORM.search(page.text), TICKET.search(page.text)
    if form is None or ticket is None:
        raise LogInFailed(f"There is no log-in page at {endpoint}: {page.status_code}")
    said = {"name": subject, "password": password, "ticket": ticket[1]}
    answer = await http.post(urljoin(endpoint, unescape(form[1])), data=said)
    choice, ticket = TENANT.search(answer.text), TICKET.search(answer.text)
    if choice and ticket:  # whoever belongs to several firms goes on as one of their own, which stands first
        said = {"tenant": choice[1], "ticket": ticket[1]}
        answer = await http.post(urljoin(endpoint, unescape(form[1])), data=said)
    given = parse_qs(urlsplit(answer.headers.get("location", "")).query)
    if answer.status_code != httpx2.codes.SEE_OTHER or given.get("state") != [asked["state"]]:
        raise LogInFailed(f"{subject} may not log in: {answer.status_code}")
    return given["code"][0]


async def _discovered(http: httpx2.AsyncClient, issuer: str) -> dict[str, str]:
    answer = await http.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    return dict(answer.raise_for_status().json())


async def _tokens(http: httpx2.AsyncClient, known: dict[str, str], said: dict[str, str]) -> Tokens:
    answer = await http.post(known["token_endpoint"], data=said)
    given: dict[str, Any] = answer.json()
    if answer.status_code != httpx2.codes.OK:
        raise LogInFailed(f"{given.get('error')}: {given.get('error_description')}")
    return Tokens(given["access_token"], given["expires_in"], given.get("refresh_token"), given.get("id_token"))
