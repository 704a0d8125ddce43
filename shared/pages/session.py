"""Who is at the browser: one cookie for the whole origin, readable by every service and by nobody else.

It holds the tokens of one log-in. An access token lasts a quarter of an hour; shortly before it ends it is exchanged
here for the next one, and the answer under way carries the new cookie.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response

from shared.auth import Claims, NotLoggedIn, Verifier
from shared.clock import Clock, wall_clock
from shared.errors import Forbidden
from shared.pages.provider import Provider, ProviderAway, ProviderRefused, Tokens, claims_of
from shared.sealing import Seal

log = logging.getLogger(__name__)

RENEWED_BEFORE = timedelta(seconds=60)
RENEWAL_KEPT_SECONDS = 60.0
LARGEST_COOKIE = 4096
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_HEADER, TOKEN_FIELD = "x-csrf-token", "csrf_token"


class FormNotOurs(Forbidden):
    """This form was not sent from a page of ours, or your log-in has changed since you opened it.

    Load the page again, and repeat what you did.
    """


@dataclass(frozen=True)
class Session:
    """One log-in at one browser; `form_token` is what its own pages, and no others, send with every change."""

    access_token: str
    refresh_token: str | None
    expires_at: float
    form_token: str


class Sessions:
    """The sessions of everybody, none of which is kept here."""

    def __init__(
        self, provider: Provider, verifier: Verifier, seal: Seal, public_url: str, clock: Clock = wall_clock
    ) -> None:
        """Sessions at `public_url`, the origin that browsers know."""
        self.provider = provider
        self.verifier = verifier
        self.seal = seal
        self.public_url = public_url.rstrip("/")
        self.is_secure = urlsplit(public_url).scheme == "https"
        self.cookie = "__Host-throughline" if self.is_secure else "throughline"
        self.clock = clock
        self._renewals: dict[bytes, asyncio.Task[Session]] = {}

    def read(self, request: Request) -> Session | None:
        """The session that the browser holds, however old."""
        said = self.seal.open("session", request.cookies.get(self.cookie, ""))
        return Session(**said) if said else None

    async def opened(self, request: Request) -> tuple[Session, Claims]:
        """The session that the browser holds, renewed where that was due, and what its token says.

        Raises NotLoggedIn, ProviderAway.
        """
        session = self.read(request)
        if session is None:
            raise NotLoggedIn()
        if session.expires_at - self.clock().timestamp() < RENEWED_BEFORE.total_seconds():
            session = await self._renewed(session)
            request.state.renewed_session = session
        return session, await self.verifier.verify(session.access_token)

    async def begun(self, request: Request, tokens: Tokens) -> Session:
        """The session of a new log-in. Raises NotLoggedIn.

        Whoever logs in again goes on with the forms that they had open; somebody else does not.
        """
        claims = await self.verifier.verify(tokens.access_token)
        form_token = secrets.token_urlsafe(32)
        before = self.read(request)
        if before is not None and _owner(before.access_token) == _owner(tokens.access_token):
            form_token = before.form_token
        log.info("%s logged in", claims.subject)
        return self._session(tokens, form_token, None)

    def keep(self, answer: Response, session: Session) -> None:
        """Have the browser hold `session`."""
        sealed = self.seal.close("session", asdict(session))
        if len(self.cookie) + len(sealed) > LARGEST_COOKIE:
            raise RuntimeError(f"the session takes {len(sealed)} bytes, a cookie {LARGEST_COOKIE}: shorten the tokens")
        answer.set_cookie(self.cookie, sealed, path="/", httponly=True, samesite="lax", secure=self.is_secure)

    def keep_renewed(self, request: Request, answer: Response) -> None:
        """Have the browser hold the session if it was renewed for this request."""
        renewed = getattr(request.state, "renewed_session", None)
        if renewed is not None:
            self.keep(answer, renewed)

    def forget(self, answer: Response) -> None:
        """Have the browser forget its session."""
        answer.delete_cookie(self.cookie, path="/", httponly=True, samesite="lax", secure=self.is_secure)

    async def _renewed(self, session: Session) -> Session:
        """The session that follows `session`: for all requests that come with it at about the same time, the same one.

        A browser asks for many things at once, and the provider takes a refresh token only once.
        """
        key = hashlib.sha256((session.refresh_token or "").encode()).digest()
        renewal = self._renewals.get(key)
        if renewal is None:
            renewal = self._renewals[key] = asyncio.create_task(self._renew(session))
            asyncio.get_running_loop().call_later(RENEWAL_KEPT_SECONDS, self._renewals.pop, key, None)
        try:
            return await asyncio.shield(renewal)
        except ProviderAway:
            self._renewals.pop(key, None)
            if session.expires_at > self.clock().timestamp():
                return session
            raise
        except ProviderRefused as refusal:
            log.info("a session has ended: %s", refusal)
            raise NotLoggedIn() from refusal

    async def _renew(self, session: Session) -> Session:
        if session.refresh_token is None:
            raise ProviderRefused("there is no refresh token")
        tokens = await self.provider.refresh(session.refresh_token)
        return self._session(tokens, session.form_token, session.refresh_token)

    def _session(self, tokens: Tokens, form_token: str, refresh_token: str | None) -> Session:
        expires_at = (self.clock() + tokens.lasts).timestamp()
        return Session(tokens.access_token, tokens.refresh_token or refresh_token, expires_at, form_token)


async def must_be_our_form(request: Request, session: Session) -> None:
    """Refuse a change that does not carry the session's form token. Raises FormNotOurs."""
    if request.method in SAFE:
        return
    given: Any = request.headers.get(TOKEN_HEADER)
    if given is None:
        given = (await request.form()).get(TOKEN_FIELD)
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), session.form_token.encode()):
        raise FormNotOurs()


def inside(path: str | None, default: str) -> str:
    """`path` if it is an address of this origin, else `default`: nobody is led elsewhere from here."""
    if not path or not path.isprintable() or "\\" in path or not path.startswith("/") or path.startswith("//"):
        return default
    return path


def _owner(token: str) -> tuple[Any, Any]:
    said = claims_of(token)
    return said.get("sub"), said.get("tenant")
