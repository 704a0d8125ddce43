"""The OpenID Connect provider as a browser application meets it: authorization code with PKCE, refresh, log-out."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx2
from joserfc.util import urlsafe_b64decode

from shared.web.limits import TookTooLong

log = logging.getLogger(__name__)

SECONDS = 5.0
SCOPE = "openid"

ClientFactory = Callable[[], httpx2.AsyncClient]


class ProviderAway(TookTooLong):
    """The log-in service cannot be reached.

    Try again in a moment; what you entered is still on this page.
    """


class ProviderRefused(Exception):
    """The provider did not give tokens; the message is for the log."""


@dataclass(frozen=True)
class Tokens:
    """What the provider gave for a code or a refresh token."""

    access_token: str
    refresh_token: str | None
    lasts: timedelta
    id_token: str | None


@dataclass(frozen=True)
class Attempt:
    """One log-in under way in one browser: what only this browser and we know of it."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Attempt:
        """A new one that nobody can guess."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))

    @property
    def challenge(self) -> str:
        """The S256 challenge of the verifier (RFC 7636, 4.2)."""
        return urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")


class Provider:
    """One provider, by its discovery document, which is asked for once."""

    def __init__(
        self, issuer: str, *, client_id: str, discovery: str | None = None, http: ClientFactory | None = None
    ) -> None:
        """Log people in at `issuer` as the application `client_id`; `discovery` is where it describes itself."""
        self.client_id = client_id
        self._issuer = issuer
        self._discovery = discovery or f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        self._http = http or (lambda: httpx2.AsyncClient(timeout=SECONDS))
        self._known: dict[str, Any] | None = None

    async def begin(self, attempt: Attempt, redirect_uri: str, *, prompt: str | None = None) -> str:
        """The address at which somebody logs in. Raises ProviderAway."""
        asked = {
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": SCOPE,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
            **({"prompt": prompt} if prompt else {}),
        }
        return f"{(await self._described())['authorization_endpoint']}?{urlencode(asked)}"

    async def redeem(self, code: str, attempt: Attempt, redirect_uri: str) -> Tokens:
        """Tokens for `code`. Raises ProviderAway, ProviderRefused."""
        tokens = await self._tokens(
            grant_type="authorization_code",
            code=code,
            redirect_uri=redirect_uri,
            code_verifier=attempt.verifier,
        )
        said = claims_of(tokens.id_token or "")
        audience = said.get("aud")
        is_ours = self.client_id in (audience if isinstance(audience, list) else [audience])
        if said.get("iss") != self._issuer or not is_ours or said.get("nonce") != attempt.nonce:
            raise ProviderRefused("the ID token is not for this log-in")
        return tokens

    async def refresh(self, refresh_token: str) -> Tokens:
        """New tokens. Raises ProviderAway, ProviderRefused when the log-in has ended."""
        return await self._tokens(grant_type="refresh_token", refresh_token=refresh_token)

    async def leave(self, back: str) -> str:
        """The address at which the provider forgets who is logged in, and sends them `back`. Raises ProviderAway."""
        endpoint = (await self._described()).get("end_session_endpoint")
        if endpoint is None:
            return back
        return f"{endpoint}?{urlencode({'client_id': self.client_id, 'post_logout_redirect_uri': back})}"

    async def _described(self) -> dict[str, Any]:
        if self._known is None:
            try:
                async with self._http() as http:
                    self._known = dict((await http.get(self._discovery)).raise_for_status().json())
            except (httpx2.HTTPError, ValueError) as error:
                log.warning("the provider cannot be asked who it is: %s", error)
                raise ProviderAway() from error
        return self._known

    async def _tokens(self, **said: str) -> Tokens:
        endpoint = (await self._described())["token_endpoint"]
        try:
            async with self._http() as http:
                answer = await http.post(endpoint, data={"client_id": self.client_id, **said})
                given = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            log.warning("the provider cannot be asked for tokens: %s", error)
            raise ProviderAway() from error
        if answer.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR:
            raise ProviderAway()
        if answer.status_code != httpx2.codes.OK:
            raise ProviderRefused(f"{given.get('error')}: {given.get('error_description')}")
        lasts = timedelta(seconds=int(given["expires_in"]))
        return Tokens(given["access_token"], given.get("refresh_token"), lasts, given.get("id_token"))


def claims_of(token: str) -> dict[str, Any]:
    """What a token says that came from the provider itself, so that its signature need not be asked for."""
    try:
        said = json.loads(urlsafe_b64decode(token.split(".")[1].encode()))
    except (IndexError, ValueError) as error:
        raise ProviderRefused("no token") from error
    return said if isinstance(said, dict) else {}
