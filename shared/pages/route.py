"""From a browser's request to `Work`, as `shared.web.route` does it for programs: by the cookie instead of a token."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, cast

from fastapi import Request, Response

from shared.actor import Actor
from shared.pages.names import with_names
from shared.pages.problems import ForPeople, is_fragment
from shared.pages.session import Sessions, must_be_our_form
from shared.pages.shell import Shell
from shared.ui.reader import reader_of, reading
from shared.web.route import Edge, Handler, WorkRoute, whole_body


class PageRoute(WorkRoute):
    """A route whose handler does one piece of work, by whoever is logged in at the browser."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, inside its work; its problems are shown as pages."""
        handle = super().get_route_handler()

        async def serve(request: Request) -> Response:
            request.state.problems_for_people = ForPeople()
            try:
                with reading(reader_of(request)):
                    answer = _moved(request, await handle(request))
            finally:
                await request.close()  # the files of a form that was read
            cast(Sessions, request.app.state.sessions).keep_renewed(request, answer)
            return answer

        return serve

    def done_in_work(self) -> Handler:
        """The handler, whose page then gets the names of those whom it shows."""
        handle = super().done_in_work()

        async def named(request: Request) -> Response:
            return await with_names(request.state.work, await handle(request))

        return named

    async def actor_of(self, request: Request, edge: Edge) -> Actor:
        """Who sent `request`, by its cookie; a bearer token opens no page.

        Raises NotLoggedIn, ProviderAway, FormNotOurs, TooManyRequests.
        """
        await whole_body(request, edge.limits.body_seconds)  # first, because reading it as a form leaves nothing of it
        session, claims = await cast(Sessions, request.app.state.sessions).opened(request)
        await must_be_our_form(request, session)
        actor = edge.counted(claims)
        request.state.shell = Shell.of(request, claims, session.form_token)
        return actor


def _moved(request: Request, answer: Response) -> Response:
    """A redirect moves the whole page, also where a script asked, which would follow it by itself."""
    if not is_fragment(request) or "location" not in answer.headers:
        return answer
    kept = {name: value for name, value in answer.headers.items() if name.startswith("hx-")}
    return Response(status_code=204, headers={**kept, "hx-redirect": answer.headers["location"]})
