"""Logging in and out, in whichever service somebody is met first."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from shared.auth import NotLoggedIn
from shared.errors import Forbidden
from shared.pages.problems import PlainPageRoute, is_fragment
from shared.pages.provider import Attempt, ProviderRefused
from shared.pages.session import Session, Sessions, inside, must_be_our_form
from shared.ui.render import page

log = logging.getLogger(__name__)

HOME = "/home"
ATTEMPT_LASTS = timedelta(minutes=10)

Word = Annotated[str, Query(max_length=4096)]


class LogInNotOurs(Forbidden):
    """This log-in was not begun in this browser, or it took longer than ten minutes.

    Log in again.
    """


class LogInRefused(Forbidden):
    """The log-in service did not let you in.

    Log in again; if it stays, ask whoever runs this for access.
    """


class LogIn:
    """`/session/…` of one service."""

    def __init__(self, sessions: Sessions, service: str) -> None:
        self._sessions = sessions
        self._provider = sessions.provider
        self._service = service
        self._here = f"/{service}/session"
        self._redirect_uri = f"{sessions.public_url}{self._here}/logged-in"

    def router(self) -> APIRouter:
        """Its routes."""
        router = APIRouter(prefix="/session", include_in_schema=False, route_class=PlainPageRoute)
        router.add_api_route("/log-in", self.begin)
        router.add_api_route("/logged-in", self.finish)
        router.add_api_route("/log-out", self.leave, methods=["POST"])
        router.add_api_route("/logged-out", self.left)
        router.add_api_route("/back", self.back)
        return router

    async def begin(self, return_to: Word = "", prompt: Literal["login", "select_account"] | None = None) -> Response:
        """Send somebody to log in, and to be brought back to `return_to`."""
        attempt = Attempt.new()
        leaving = RedirectResponse(await self._provider.begin(attempt, self._redirect_uri, prompt=prompt), 303)
        leaving.set_cookie(
            _cookie_of(attempt.state),
            self._sessions.seal.close("log-in", {**asdict(attempt), "return_to": inside(return_to, HOME)}),
            max_age=int(ATTEMPT_LASTS.total_seconds()),
            path=self._here,
            httponly=True,
            samesite="lax",
            secure=self._sessions.is_secure,
        )
        return leaving

    async def finish(self, request: Request, state: Word = "", code: Word = "", error: Word = "") -> Response:
        """Take the code that the provider sent somebody back with, and let them go on."""
        said = self._sessions.seal.open("log-in", request.cookies.get(_cookie_of(state), "")) or {}
        return_to = said.pop("return_to", HOME)
        if not state or said.get("state") != state:
            raise LogInNotOurs()
        if error:
            log.info("the provider refused a log-in: %s", error)
            raise LogInRefused()
        leaving = RedirectResponse(return_to, 303)
        self._sessions.keep(leaving, await self._begun(request, code, Attempt(**said)))
        leaving.delete_cookie(_cookie_of(state), path=self._here)
        return leaving

    async def leave(self, request: Request) -> Response:
        """Forget who is at this browser, here and at the provider."""
        session = self._sessions.read(request)
        if session is not None:
            await must_be_our_form(request, session)
        address = await self._provider.leave(f"{self._sessions.public_url}{self._here}/logged-out")
        leaving: Response = RedirectResponse(address, 303)
        if is_fragment(request):  # a script that follows a redirect to another origin would be stopped there
            leaving = Response(status_code=204, headers={"hx-redirect": address})
        self._sessions.forget(leaving)
        return leaving

    async def left(self, request: Request) -> Response:
        """Say that nobody is logged in any more."""
        return page(request, "shell/logged_out.html", service=self._service)

    async def back(self, request: Request) -> Response:
        """Say to somebody who logged in anew beside an open form that they can go on with it."""
        return page(request, "shell/logged_in_again.html")

    async def _begun(self, request: Request, code: str, attempt: Attempt) -> Session:
        try:
            tokens = await self._provider.redeem(code, attempt, self._redirect_uri)
            return await self._sessions.begun(request, tokens)
        except (ProviderRefused, NotLoggedIn) as refusal:
            log.warning("a log-in failed: %s", refusal)
            raise LogInRefused() from refusal


def _cookie_of(state: str) -> str:
    """A cookie for each attempt, so that two windows can log in at the same time."""
    return f"throughline-log-in-{hashlib.sha256(state.encode()).hexdigest()[:8]}"
