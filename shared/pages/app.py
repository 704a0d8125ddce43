"""The pages of a service, beside its API: log-in, what the frame needs, and the pages of every feature."""

from __future__ import annotations

from typing import Protocol

from fastapi import APIRouter, FastAPI

from shared.pages.frame import Answering, frame
from shared.pages.log_in import log_in
from shared.pages.session import Sessions


class WithPages(Answering, Protocol):
    """What of a service is shown to people; its name is also the first step of its addresses."""

    @property
    def pages(self) -> tuple[APIRouter, ...]:
        """Its pages."""


def add_pages(app: FastAPI, service: WithPages, sessions: Sessions) -> None:
    """Serve the pages of `service` with the log-ins of `sessions`."""
    app.state.service_name = service.name
    app.state.sessions = sessions
    app.include_router(log_in(sessions, service.name))
    app.include_router(frame(service))
    for router in service.pages:
        app.include_router(router, include_in_schema=False)
