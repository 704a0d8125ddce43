"""Somebody who comes for the first time waits for little, and who comes again for less."""

import gzip
import re

from fastapi import FastAPI, Request, Response
from starlette.testclient import TestClient

from shared.ui import assets
from shared.ui.render import page

FIRST_LOAD_BYTES = 200_000
GZIP = {"accept-encoding": "gzip"}


def served() -> TestClient:
    """Serve a page of the smallest kind, and the files it asks for."""
    app = FastAPI()
    app.mount(assets.PATH, assets.static_files)

    @app.get("/")
    async def show(request: Request) -> Response:
        return page(request, "shell/logged_out.html", service="crm")

    return TestClient(app)


def files(html: str) -> list[str]:
    """List what a page has its browser fetch at once."""
    return re.findall(r'(?:src|href)="(/static/[^"]+)"', html)


def test_a_first_load_is_light() -> None:
    client = served()
    html = client.get("/").content
    weights = {path: int(client.get(path, headers=GZIP).headers["content-length"]) for path in files(html.decode())}
    assert len(weights) >= 5
    assert len(gzip.compress(html)) + sum(weights.values()) <= FIRST_LOAD_BYTES, weights


def test_what_was_fetched_once_is_kept_for_good() -> None:
    client = served()
    for path in files(client.get("/").text):
        answer = client.get(path, headers=GZIP)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.content == client.get(path, headers={"accept-encoding": "identity"}).content


def test_only_the_files_of_the_design_system_are_given() -> None:
    client = served()
    for path in (
        "/static/manifest.json",
        "/static/../render.py",
        "/static/%2e%2e/render.py",
        "/static/",
        "/static/no.js",
    ):
        assert client.get(path).status_code == 404
    assert client.post("/static/no.js").status_code == 404


def test_a_page_may_fetch_and_run_nothing_but_its_own() -> None:
    policy = served().get("/").headers["content-security-policy"]
    for rule in ("default-src 'none'", "script-src 'self';", "style-src 'self';", "style-src-attr 'unsafe-inline';"):
        assert rule in policy
