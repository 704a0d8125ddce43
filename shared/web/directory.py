"""Finding the route of a request at once: by its verb and the first words of its address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import takewhile

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

WORDS = 4  # of "/api/v1/things/…", with the empty one before the first stroke
FOUND = "throughline.route"


class Directory(BaseRoute):
    """Every route of an application; each request is compared with the few that begin with the same fixed words.

    FastAPI would ask one included router after the other, and the right one again. What is not found here still goes
    that way: addresses that there are not, and verbs that an address does not take.
    """

    def __init__(self, app: FastAPI) -> None:
        """List the routes of `app` when the first request comes: until then there may be more."""
        self._app = app

    @cached_property
    def _listed(self) -> Mapping[tuple[str, str], Sequence[RouteContext]]:
        """By verb and fixed words; those that share them keep their order."""
        listed: dict[tuple[str, str], list[RouteContext]] = defaultdict(list)
        for route in iter_route_contexts(self._app.routes):
            fixed = "/".join(takewhile(lambda word: "{" not in word, _words(route.path_format or "")))
            for verb in route.methods or ():
                listed[verb, fixed].append(route)
        return dict(listed)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether there is a route for exactly this request; the one with more fixed words comes first."""
        if scope["type"] == "http":
            words = _words(local_path(scope))
            for count in range(len(words), 0, -1):
                for route in self._listed.get((scope["method"], "/".join(words[:count])), ()):
                    match, found = route.matches(scope)
                    if match is Match.FULL:
                        return match, {**found, "route": route.original_route, FOUND: route}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the route that was found answer."""
        await scope[FOUND].app(scope, receive, send)


def local_path(scope: Scope) -> str:
    """The address within the application, wherever that is mounted."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _words(path: str) -> list[str]:
    return path.split("/", WORDS)[:WORDS]
