"""What a page weighs and how long the server takes for it, with a hundred thousand of everything that is listed."""

from __future__ import annotations

import gzip
import re
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import asyncpg
import httpx2

from deploy.bench.crowd import fill
from deploy.suite import tour
from deploy.suite.calendar import Dates
from deploy.suite.desk import at_their_desks
from deploy.suite.suite import Suite, running
from shared import telemetry
from shared.clock import wall_clock
from shared.database import cursor_at
from shared.pages.session import Session

TIMES = 20
"""How often each page is asked for; the first time, which compiles its template, does not count."""
DEEP = 90_000
"""How many rows of a long list are before its deep page."""
A_FILE = re.compile(r'(?:src|href)="(/static/[^"]+)"')
HEAVY = re.compile(r"/static/(chart|gantt|schedule)-")
LOOKED_AT = {
    "helen": ("/crm/accounts", "/crm/opportunities/list", "/crm/opportunities"),
    "priya": ("/delivery/projects", "/delivery/handoffs", "/delivery/approvals", "/delivery/week"),
    "marta": ("/resourcing/requests", "/resourcing/board", "/resourcing/capacity", "/resourcing/people"),
    "viktor": (
        "/billing/invoices",
        "/billing/contracts",
        "/billing/work-in-progress",
        "/billing/work-in-progress/items",
        "/billing/journal",
        "/billing/journal/trial-balance",
        "/billing/batches",
    ),
}
LONG = (  # who reads it, its page, and its rows in the order of that page
    ("helen", "/crm/accounts", "select name, id from accounts order by name, id"),
    ("helen", "/crm/opportunities/list", "select id from opportunities order by id desc"),
    ("priya", "/delivery/projects", "select ordinal from projects order by ordinal"),
    ("viktor", "/billing/invoices", "select id from invoices order by id desc"),
    ("viktor", "/billing/contracts", "select number from contracts order by number"),
    ("viktor", "/billing/work-in-progress/items", "select day, id from billable_items order by day, id"),
    ("viktor", "/billing/journal", "select posted_on, id from journal_entries order by posted_on desc, id desc"),
)
RECORDS = {
    "helen": ("/crm/opportunities/list?q=Order", "/crm/opportunities/"),
    "priya": ("/delivery/projects?q=Order", "/delivery/projects/"),
    "marta": ("/resourcing/people", "/resourcing/people/"),
    "viktor": ("/billing/invoices?q=INV-00001", "/billing/invoices/"),
}


@dataclass
class Reader:
    """Somebody at a browser, who keeps the files that they have fetched."""

    http: httpx2.AsyncClient
    kept: dict[str, int] = field(default_factory=dict)

    async def opens(self, path: str) -> tuple[str, float]:
        """The page at `path`, and how many milliseconds it took."""
        began = time.perf_counter()
        answer = await self.http.get(path, headers={"accept": "text/html"})
        took = (time.perf_counter() - began) * 1000
        answer.raise_for_status()
        if answer.is_redirect:
            raise RuntimeError(f"{path} leads to {answer.headers['location']}")
        return answer.text, took

    async def fetches(self, html: str) -> list[tuple[str, int]]:
        """The files of a page that were not kept yet, each with its bytes as they travel."""
        wanted = [name for name in dict.fromkeys(A_FILE.findall(html)) if name not in self.kept]
        for name in wanted:
            answer = await self.http.get(name, headers={"accept-encoding": "gzip"})
            self.kept[name] = int(answer.headers["content-length"])
        return [(name, self.kept[name]) for name in wanted]


def reader(suite: Suite, login: str) -> Reader:
    """`login` at a browser, logged in; nothing travels but inside this process."""
    sessions = next(iter(suite.members.values())).app.state.sessions
    session = Session(suite.issuer.token_for(login), None, time.time() + 600, "of the bench")
    cookies = {sessions.cookie: sessions.seal.close("session", asdict(session))}
    transport = httpx2.ASGITransport(suite.app)
    return Reader(httpx2.AsyncClient(transport=transport, base_url=suite.url, cookies=cookies, timeout=60))


async def measured(directory: Path) -> dict[str, Any]:
    """Weights, server times by page, and what a deep page of a long list takes against the first."""
    async with running(directory, port=0) as suite:
        async with httpx2.AsyncClient(base_url=suite.url, timeout=60) as http:
            people, erp = await at_their_desks(http)
            await tour.play(people, erp, Dates(wall_clock().date()), telemetry.watch("bench"), lambda _: None)
        await suite.settled()
        await fill(suite)
        return {
            "page_weight": await _weights(suite),
            "pages": await _times(suite),
            "deep_pages": await _depths(suite),
        }


async def _weights(suite: Suite) -> dict[str, Any]:
    """KB of the first page with all its files, then of the heaviest further one, zipped; charts and plans apart."""
    first: float | None = None
    later: dict[str, float] = {}
    for login, paths in LOOKED_AT.items():
        reading = reader(suite, login)
        for path in ("/home", *paths):
            html, _ = await reading.opens(path)
            files = [weight for name, weight in await reading.fetches(html) if not HEAVY.search(name)]
            weight = (len(gzip.compress(html.encode())) + sum(files)) / 1000
            if path != "/home":
                later[path] = weight
            elif first is None:
                first = weight
    heaviest = max(later, key=lambda path: later[path])
    return {
        "first_kb": first,
        "later_median_kb": median(later.values()),
        "heaviest_kb": later[heaviest],
        "is": heaviest,
    }


async def _times(suite: Suite) -> dict[str, Any]:
    """How long the server takes, by page."""
    found = {}
    for login, paths in LOOKED_AT.items():
        reading = reader(suite, login)
        for path in (*paths, await _record(reading, *RECORDS[login])):
            found[_plain(path)] = _spread([(await reading.opens(path))[1] for _ in range(TIMES + 1)][1:])
    return found


async def _record(reading: Reader, listing: str, place: str) -> str:
    html, _ = await reading.opens(listing)
    found = re.search(f'href="({re.escape(place)}[0-9a-f-]{{36}})"', html)
    if found is None:
        raise RuntimeError(f"nothing of {place} is listed at {listing}")
    return found[1]


async def _depths(suite: Suite) -> dict[str, Any]:
    """What a page behind ninety thousand rows takes, and the first page of the same list."""
    found = {}
    for login, path, rows in LONG:
        reading, deep = reader(suite, login), f"{path}?cursor={await _cursor(suite, path.split('/')[1], rows)}"
        first, far = [[(await reading.opens(each))[1] for _ in range(TIMES)] for each in (path, deep)]
        found[_plain(path)] = {"first_p50_ms": median(first), "p50_ms": median(far)}
    return found


async def _cursor(suite: Suite, service: str, rows: str) -> str:
    connection = await asyncpg.connect(suite.postgres.superuser_dsn(service).replace("+asyncpg", "", 1))
    try:
        row = await connection.fetchrow(f"{rows} offset {DEEP} limit 1")
    finally:
        await connection.close()
    return cursor_at(list(row or ()))


def _spread(times: list[float]) -> dict[str, float]:
    return {"p50_ms": median(times), "p95_ms": quantiles(times, n=20)[-1]}


def _plain(path: str) -> str:
    return re.sub(r"[0-9a-f-]{36}", "one", path.split("?", maxsplit=1)[0].strip("/"))
