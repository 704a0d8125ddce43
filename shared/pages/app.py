"""The pages of a service, beside its API: log-in, what the frame needs, and the pages of every feature."""

from __future__ import annotations

from typing import Protocol

from fastapi import APIRouter, FastAPI

from shared.pages.frame import Answering, frame
from shared.pages.live import Streams, live
from shared.pages.log_in import LogIn
from shared.pages.session import Sessions
from shared.web.limits import BODY_BYTES


class WithPages(Answering, Protocol):
    """What of a service is shown to people; its name is also the first step of its addresses."""

    @property
    def all_pages(self) -> tuple[APIRouter, ...]:
        """Its pages."""


def add_pages(app: FastAPI, service: WithPages, sessions: Sessions) -> None:
    """Serve the pages of `service` with the log-ins of `sessions`."""
    app.state.service_name = service.name
    app.state.sessions = sessions
    app.include_router(live(Streams(app.state.edge.database), app.state.drain, sessions))
    app.include_router(LogIn(sessions, service.name).router())
    pages = APIRouter(max_body_size=BODY_BYTES)
    for router in (frame(service), *service.all_pages):
        pages.include_router(router)
    app.include_router(pages, include_in_schema=False)
