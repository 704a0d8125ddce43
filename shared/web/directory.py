"""Finding the route of a request at once: by its verb and the first words of its address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from fastapi.routing import RouteContext
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

WORDS = 4  # of "/api/v1/things/…", with the empty one before the first stroke
FOUND = "throughline.route"


class Directory(BaseRoute):
    """Every route whose address begins with fixed words; each request is compared with the few that share them.

    FastAPI would ask one included router after the other, and the right one again. What is not found here still goes
    that way: addresses that there are not, and verbs that an address does not take.
    """

    def __init__(self, routes: Iterable[RouteContext]) -> None:
        """List `routes`, which keep their order."""
        self._listed: dict[tuple[str, str], list[RouteContext]] = defaultdict(list)
        for route in routes:
            words = _words(route.path_format or "")
            if "{" not in words:
                for verb in route.methods or ():
                    self._listed[verb, words].append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether there is a route for exactly this request."""
        if scope["type"] == "http":
            for route in self._listed.get((scope["method"], _words(local_path(scope))), ()):
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


def _words(path: str) -> str:
    return "/".join(path.split("/", WORDS)[:WORDS])
