"""The files of the design system as browsers fetch them: named by their content, compressed, kept for good."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, PlainTextResponse
from starlette.types import Receive, Scope, Send

DIST = Path(__file__).parent / "dist"
PATH = "/static"
FOR_GOOD = "public, max-age=31536000, immutable"
MEDIA_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain",
}


class NotBuilt(RuntimeError):
    """The browser's files are not built. Run `make setup`."""


def address(name: str) -> str:
    """Where a browser finds the entry `name`, such as `app.css`; it changes whenever the content does.

    Raises KeyError for one that there is not, NotBuilt where nothing was built.
    """
    return f"{PATH}/{_manifest()[name]}"


@cache
def icon(name: str) -> str:
    """The shapes of the Tabler icon `name`, to stand inside an `<svg>`; raises KeyError for one that there is not."""
    return _icons()[name]


async def static_files(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request for one of the files; they hold nothing of anybody's, so nobody needs to be logged in."""
    name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
    if scope["method"] not in ("GET", "HEAD") or name not in _served():
        await PlainTextResponse("There is no such file.", 404)(scope, receive, send)
        return
    path = DIST / name
    headers = {"cache-control": FOR_GOOD, "vary": "accept-encoding"}
    if f"{name}.gz" in _served() and "gzip" in Headers(scope=scope).get("accept-encoding", ""):
        path, headers["content-encoding"] = DIST / f"{name}.gz", "gzip"
    media_type = MEDIA_TYPES[Path(name).suffix]
    await FileResponse(path, headers=headers, media_type=media_type)(scope, receive, send)


@cache
def _served() -> frozenset[str]:
    """The names that may be asked for: no path leads anywhere else."""
    return frozenset(path.name for path in DIST.iterdir() if path.suffix in {*MEDIA_TYPES, ".gz"})


@cache
def _manifest() -> dict[str, str]:
    return _read("manifest.json")


@cache
def _icons() -> dict[str, str]:
    return _read("icons.json")


def _read(name: str) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((DIST / name).read_text())
    except FileNotFoundError:
        raise NotBuilt(NotBuilt.__doc__) from None
    return found
