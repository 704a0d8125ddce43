"""What every service answers for the frame round all pages: home, what waits for somebody, and search."""

from __future__ import annotations

from typing import Annotated, Protocol

from fastapi import APIRouter, Query, Request, Response

from shared.pages.route import PageRoute
from shared.pages.waiting import FOUND_AT_MOST, Finder, Need, NeedsOf
from shared.ui.render import page
from shared.web.route import InWork
from shared.work import Work

Words = Annotated[str, Query(max_length=100)]


class Answering(Protocol):
    """What of a service the frame asks for."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def all_needs(self) -> tuple[NeedsOf, ...]:
        """What waits for somebody in each of its features."""

    @property
    def finders(self) -> tuple[Finder, ...]:
        """The records that people search for."""


def frame(service: Answering) -> APIRouter:
    """`/home`, `/notifications` and `/search` of `service`; the browser asks every service and puts them together."""
    router = APIRouter(route_class=PageRoute, include_in_schema=False)

    @router.get("/home")
    async def home(request: Request, work: InWork) -> Response:
        """The first page: what needs somebody now, asked of every service."""
        return page(request, "shell/home.html")

    @router.get("/home/needs")
    async def needs(request: Request, work: InWork) -> Response:
        """What waits for the actor here, as a part of the first page."""
        return page(request, "shell/needs.html", needs=await _waiting(service, work), today=work.now.date())

    @router.get("/notifications")
    async def notifications(request: Request, work: InWork) -> Response:
        """The same in short, behind the bell."""
        return page(request, "shell/notifications.html", needs=await _waiting(service, work))

    @router.get("/search")
    async def search(request: Request, work: InWork, q: Words = "") -> Response:
        """Records whose words begin as `q` does."""
        found = []
        for finder in service.finders:
            if q.strip() and work.actor.may(finder.needs):
                found.append((finder, await finder.find(work, q.strip(), FOUND_AT_MOST)))
        return page(request, "shell/found.html", found=found)

    return router


async def _waiting(service: Answering, work: Work) -> list[Need]:
    """What waits for the actor in every feature, the most urgent first."""
    found = [need for needs in service.all_needs for need in await needs(work)]
    return sorted(found, key=lambda need: need.urgency)
