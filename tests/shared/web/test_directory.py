"""Requests find their route at once, whichever way it came into the application."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from shared.web.directory import FOUND, Directory


def found(directory: Directory, path: str, verb: str = "GET") -> str | None:
    """The address of the route that a request finds."""
    _, scope = directory.matches({"type": "http", "method": verb, "path": path, "root_path": "", "headers": []})
    return scope[FOUND].path_format if scope else None


def test_pages_that_come_after_the_directory_are_in_it() -> None:
    app, pages = FastAPI(), APIRouter()
    directory = Directory(app)

    @pages.get("/accounts/{account_id}/edit")
    async def edit() -> None: ...

    app.include_router(pages)
    assert found(directory, "/accounts/1/edit") == "/accounts/{account_id}/edit"
    assert found(directory, "/accounts/1") is None
    assert found(directory, "/accounts/1/edit", "POST") is None


def test_more_fixed_words_come_first() -> None:
    app = FastAPI()

    @app.get("/{anything}")
    async def anything() -> None: ...

    @app.get("/accounts")
    async def accounts() -> None: ...

    assert found(Directory(app), "/accounts") == "/accounts"
    assert found(Directory(app), "/people") == "/{anything}"
