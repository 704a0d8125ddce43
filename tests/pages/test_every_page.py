"""Every page of every service, with every role: the right answer, and never a fault of ours.

What the services serve is asked for, so a new page is tried on the day it is there. One whose address speaks of what
the service's story does not name fails here: add it to the story's places (tests/api/stories.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import Any, get_args

import httpx2
from fastapi.routing import iter_route_contexts

from shared.actor import Role
from shared.service import Service
from tests.api.scenes import EVERY_ROLE, Scene
from tests.api.stories import STRANGERS

PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")
NOT_WORK = ("/session/", "/live", "/static", "/health/", "/api/", "/ui", "/asyncapi")
ANSWERS = {200, 303, 403, 404}
OF_A_FORM = ANSWERS | {204, 409, 412, 422}
FRAME = {"/home", "/home/needs", "/notifications", "/search"}


@dataclass(frozen=True)
class Page:
    """One page or fragment (GET), or what a form is sent to (POST)."""

    method: str
    path: str
    choices: tuple[tuple[str, str], ...] = ()
    """The first of the values that a part of the address may have, where they are few."""

    def at(self, scene: Scene) -> str:
        """Its address, about what MERIDIAN has."""
        known = dict(self.choices) | dict(scene.known)
        unknown = [name for name in PARAMETER.findall(self.path) if name not in known]
        assert not unknown, f"{self.method} {self.path}: the story does not name {unknown}"
        return PARAMETER.sub(lambda found: known[found[1]], self.path)


def pages_of(scene: Scene) -> list[Page]:
    """Every page of the service."""
    return sorted(set(_pages(scene)), key=lambda page: (page.path, page.method))


def _pages(scene: Scene) -> Iterator[Page]:
    for route in iter_route_contexts(scene.story.api.app.routes):
        path = route.path_format or ""
        if path and not path.startswith(NOT_WORK):
            for method in (route.methods or set()) - {"HEAD"}:
                yield Page(method, path, tuple(_choices(route.original_route)))


def _choices(route: Any) -> Iterator[tuple[str, str]]:
    for parameter in route.dependant.path_params:
        kind = parameter.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            yield parameter.name, next(iter(kind)).value
        elif values := get_args(kind):
            yield parameter.name, str(values[0])


def service_of(scene: Scene) -> Service:
    found: Service = import_module(f"services.{scene.database.service}.service").service
    return found


async def tried(browser: httpx2.AsyncClient, page: Page, scene: Scene) -> httpx2.Response:
    """Ask for a page as somebody does who follows a link, or sends an empty form by script."""
    headers = {"accept": "text/html"} if page.method == "GET" else {"hx-request": "true"}
    return await browser.request(page.method, page.at(scene), headers=headers)


async def test_whoever_has_every_role_sees_every_page(scene: Scene) -> None:
    browser = scene.story.api.browser(*EVERY_ROLE, subject=scene.story.insider)

    for page in pages_of(scene):
        answer = await tried(browser, page, scene)
        expected = {200} if page.method == "GET" else OF_A_FORM
        assert answer.status_code in expected, f"{page}: {answer.status_code} {answer.text[-2000:]}"
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert "script-src 'self'" in answer.headers["content-security-policy"], page


async def test_every_role_gets_a_right_answer_and_what_its_navigation_promises(scene: Scene) -> None:
    entries = {f"/{entry.path.split('/', 2)[2]}": entry for entry in service_of(scene).all_navigation}
    pages = [page for page in pages_of(scene) if page.method == "GET"]
    assert entries.keys() <= {page.path for page in pages}

    for role in Role:
        browser = scene.story.api.browser(role, subject=scene.story.insider)
        held = service_of(scene).permissions_of(frozenset({role}))
        for page in pages:
            answer = await tried(browser, page, scene)
            assert answer.status_code in ANSWERS, f"{page} for {role}: {answer.status_code} {answer.text[-2000:]}"
            if page.path in entries:
                expected = 200 if entries[page.path].needs in held else 403
                assert answer.status_code == expected, f"{page} for {role}"


async def test_nobody_sees_a_page_without_a_log_in_or_a_role_and_no_form_is_taken(scene: Scene) -> None:
    nobody, before = scene.story.api.browser(subject="nobody"), await scene.digest()

    for page in pages_of(scene):
        unknown = await scene.story.api.stranger.request(page.method, page.at(scene))
        assert (unknown.status_code, "/session/log-in" in unknown.headers.get("location", "")) == (303, True), page
        answer = await tried(nobody, page, scene)
        if page.method == "GET" and page.path not in FRAME:
            assert answer.status_code == 403, f"{page}: {answer.status_code}"
        if page.method != "GET":
            assert answer.status_code in {403, 422}, f"{page}: {answer.status_code} {answer.text}"
            elsewhere = await nobody.request(page.method, page.at(scene), headers={"x-csrf-token": "of another page"})
            assert elsewhere.status_code == 403, page
    assert await scene.digest() == before


async def test_what_another_firm_has_is_on_no_page(scene: Scene) -> None:
    stranger = scene.story.api.browser(*EVERY_ROLE, subject=scene.story.insider, tenant=STRANGERS[0])

    for page in pages_of(scene):
        if page.method == "GET":
            answer = await tried(stranger, page, scene)
            assert answer.status_code in {200, 404}, f"{page}: {answer.status_code} {answer.text[-2000:]}"
            assert not [word for word in scene.story.words if word in answer.text], page
