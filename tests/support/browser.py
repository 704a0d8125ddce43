"""A real browser on a real server: what a page says, fetches and breaks while somebody looks at it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright
from starlette.types import ASGIApp

from tests.architecture.sources import ROOT
from tests.support.programs import program

# Nothing but the page under test: no updates, no first-run pages; a root user's Chromium has no sandbox.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = ROOT / "shared" / "ui" / "node_modules" / "axe-core" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
GRAVE = ("serious", "critical")
ITS_OWN = ("data:", "blob:", "chrome:", "chrome-extension:")  # the last two are how the browser shows a PDF
LEFT = "net::ERR_ABORTED"  # somebody went on to another page before the answer was there


@dataclass
class Witness:
    """What went wrong on a page: errors on its console, requests to somebody else, requests that failed."""

    origin: str
    faults: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Write down what goes wrong on `page` from now on."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", self._asked)
        page.on("requestfailed", self._failed)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT:
            self.faults.append(f"failed: {request.url} {request.failure}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.origin, *ITS_OWN)):
            self.faults.append(f"foreign: {request.url}")


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Run the system's Chromium until the block ends."""
    executable = await asyncio.to_thread(program, "chromium", "chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def serving(app: ASGIApp, port: int = 0) -> AsyncIterator[str]:
    """Serve `app` on `port` of this machine, a free one unless given, until the block ends; gives its address."""
    config = uvicorn.Config(app, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    server.capture_signals = nullcontext  # type: ignore[assignment, method-assign]  # the tests are told to stop
    running = asyncio.create_task(server.serve())
    while not server.started:  # it has no event for that
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


async def barriers(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What on `page` keeps people out who see, hear or move differently, as axe judges it, the grave ones."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(await asyncio.to_thread(AXE.read_text))
    found: dict[str, Any] = await page.evaluate("only => axe.run({runOnly: only})", list(rules or STANDARDS))
    return [
        f"{fault['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for fault in found["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]
