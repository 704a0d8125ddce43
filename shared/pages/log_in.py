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
from shared.pages.provider import Attempt, ProviderRefused
from shared.pages.session import Sessions, inside, must_be_our_form
from shared.pages.problems import PlainPageRoute
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


def log_in(sessions: Sessions, service: str) -> APIRouter:
    """`/session/…` of one service."""
    router = APIRouter(prefix="/session", include_in_schema=False, route_class=PlainPageRoute)
    here = f"/{service}/session"
    redirect_uri = f"{sessions.public_url}{here}/logged-in"

    @router.get("/log-in")
    async def begin(return_to: Word = "", prompt: Literal["login", "select_account"] | None = None) -> Response:
        """Send somebody to log in, and to be brought back to `return_to`."""
        attempt = Attempt.new()
        leaving = RedirectResponse(await sessions.provider.begin(attempt, redirect_uri, prompt=prompt), 303)
        leaving.set_cookie(
            _cookie_of(attempt.state),
            sessions.seal.close("log-in", {**asdict(attempt), "return_to": inside(return_to, HOME)}),
            max_age=int(ATTEMPT_LASTS.total_seconds()),
            path=here,
            httponly=True,
            samesite="lax",
            secure=sessions.is_secure,
        )
        return leaving

    @router.get("/logged-in")
    async def finish(request: Request, state: Word = "", code: Word = "", error: Word = "") -> Response:
        """Take the code that the provider sent somebody back with, and let them go on."""
        name = _cookie_of(state)
        said = sessions.seal.open("log-in", request.cookies.get(name, "")) or {}
        return_to = said.pop("return_to", HOME)
        if not state or said.get("state") != state:
            raise LogInNotOurs()
        if error:
            log.info("the provider refused a log-in: %s", error)
            raise LogInRefused()
        try:
            session = await sessions.begun(
                request, await sessions.provider.redeem(code, Attempt(**said), redirect_uri)
            )
        except (ProviderRefused, NotLoggedIn) as refusal:
            log.warning("a log-in failed: %s", refusal)
            raise LogInRefused() from refusal
        leaving = RedirectResponse(return_to, 303)
        sessions.keep(leaving, session)
        leaving.delete_cookie(name, path=here)
        return leaving

    @router.post("/log-out")
    async def leave(request: Request) -> Response:
        """Forget who is at this browser, here and at the provider."""
        session = sessions.read(request)
        if session is not None:
            await must_be_our_form(request, session)
        leaving = RedirectResponse(await sessions.provider.leave(f"{sessions.public_url}{here}/logged-out"), 303)
        sessions.forget(leaving)
        return leaving

    @router.get("/logged-out")
    async def left(request: Request) -> Response:
        """Say that nobody is logged in any more."""
        return page(request, "shell/logged_out.html", service=service)

    @router.get("/back")
    async def back(request: Request) -> Response:
        """Say to somebody who logged in anew beside an open form that they can go on with it."""
        return page(request, "shell/logged_in_again.html")

    return router


def _cookie_of(state: str) -> str:
    """A cookie for each attempt, so that two windows can log in at the same time."""
    return f"throughline-log-in-{hashlib.sha256(state.encode()).hexdigest()[:8]}"
