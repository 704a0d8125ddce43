"""How the software says no to somebody at a browser."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from shared.errors import Refused
from shared.pages.session import Sessions
from shared.ui.faults import ARE_MARKED, MISFILLED, fault_of
from shared.ui.formats import told, worded
from shared.ui.reader import reader_of, reading
from shared.ui.render import page
from shared.web.problems import MEDIA_TYPE, InvalidRequest, Problem

EVENTS = "text/event-stream"


def is_fragment(request: Request) -> bool:
    """Whether a script of ours asked, for a part of a page or for a stream."""
    return "hx-request" in request.headers or request.headers.get("accept") == EVENTS


def here(request: Request) -> str:
    """The address that was asked for, with its query."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def log_in_address(request: Request, return_to: str) -> str:
    """Where somebody logs in to come back to `return_to`."""
    return f"/{request.app.state.service_name}/session/log-in?{urlencode({'return_to': return_to})}"


class ForPeople:
    """Problems as somebody at a browser reads them."""

    def told(self, request: Request, refusal: Refused) -> tuple[str, str | None]:
        """What cannot be done and how to go on, in the reader's language."""
        with reading(reader_of(request)):
            if isinstance(refusal, InvalidRequest):
                return told(MISFILLED), told(ARE_MARKED)
            return worded(refusal.what), worded(refusal.how) if refusal.how else None

    def fault(self, request: Request, error: Mapping[str, Any]) -> str:
        """What is wrong with one field, and how to fill it in."""
        with reading(reader_of(request)):
            return fault_of(error)

    def page(self, request: Request, problem: Problem, headers: Mapping[str, str]) -> Response:
        """The answer that shows `problem`; who is not logged in is sent to log in, and brought back.

        A script of ours gets the problem as it is, and shows it beside what somebody was doing, which stays.
        """
        if is_fragment(request):
            answer = Response(problem.model_dump_json(), problem.status, headers, MEDIA_TYPE)
        elif problem.status == HTTPStatus.UNAUTHORIZED:
            to = here(request) if request.method == "GET" else "/home"
            answer = RedirectResponse(log_in_address(request, to), 303)
        else:
            answer = page(request, "shell/problem.html", status=problem.status, headers=dict(headers), problem=problem)
        sessions: Sessions = request.app.state.sessions
        sessions.keep_renewed(request, answer)
        return answer


class PlainPageRoute(APIRoute):
    """A route for people that needs no log-in."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, whose problems are shown as pages."""
        handle = super().get_route_handler()

        async def serve(request: Request) -> Response:
            request.state.problems_for_people = ForPeople()
            with reading(reader_of(request)):
                return await handle(request)

        return serve
