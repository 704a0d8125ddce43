"""What pages cost: bytes to a browser, time to the server of a firm ten times the demo's, a list of 100,000 rows."""

from __future__ import annotations

import gzip
import json
import re
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from typing import Any, cast
from uuid import uuid5

import httpx2
from sqlalchemy import text

from deploy.bench.larger import Firm, accepted, sheets
from deploy.bench.servers import free_port
from deploy.bench.setting import FIRST_DAY, Issuer, heard, manager, person, won
from services.billing.service import service as billing
from services.delivery.handoffs.actions import accept_handoff
from services.delivery.service import service as delivery
from services.resourcing.people.actions import add_person
from services.resourcing.people.model import PersonDetails
from shared.actor import Role
from shared.announcements import Cause
from shared.auth import JsonWebKeys, Verifier
from shared.clock import wall_clock
from shared.contracts.crm import OpportunityClosedWon
from shared.database import LIMIT_MAX, Database
from shared.ids import new_id
from shared.pages.app import add_pages
from shared.pages.provider import Provider
from shared.pages.session import Session, Sessions
from shared.sealing import Seal
from shared.service import Service
from shared.ui import assets
from shared.web.app import create_app
from shared.web.limits import Limits
from shared.work import begin

Figures = dict[str, Any]
DEALS = 300  # the demo firm wins thirty in its year
WORKED = 50  # entries of each
ROWS = 100_000
ASKED, WARM_UP = 20, 2
SLOWEST = 3  # pages of a service, which are shown one by one
READER = "reader"
LIBRARIES = ("chart", "gantt", "schedule", "board")  # fetched once, by the first page that draws with them
OF_PAGE = re.compile(r'(?:src|href)="(/static/[^"]+)"')
A_HUNDRED_THOUSAND = text(
    """
    insert into accounts (id, name, currency, legal_name, domain, tax_id, billing_email, payment_terms_days, sector,
                          street, postal_code, city, country, is_customer, version)
    select gen_random_uuid(), 'Client ' || lpad(cast(n as text), 6, '0'), 'EUR', '', '', '', '', 30, '',
           '', '', '', 'DE', false, 1
      from generate_series(1, :rows) n
    """
)


@dataclass(frozen=True)
class Reader:
    """Somebody with every role at the pages of one service."""

    service: Service
    http: httpx2.AsyncClient
    bearer: Mapping[str, str]

    @property
    def addresses(self) -> list[str]:
        """The pages that people start from."""
        return [entry.path.removeprefix(f"/{self.service.name}") for entry in self.service.all_navigation]

    async def asked(self, address: str) -> tuple[float, str]:
        """Milliseconds until a page is there, and the page."""
        began = time.perf_counter()
        answer = await self.http.get(address, headers={"accept": "text/html"})
        took = (time.perf_counter() - began) * 1000
        if not answer.is_success:
            raise RuntimeError(f"{self.service.name}{address} answers {answer.status_code}: {answer.text[:500]}")
        return took, answer.text

    async def times(self, address: str) -> list[float]:
        """Milliseconds, ASKED times, once it is warm."""
        return [(await self.asked(address))[0] for _ in range(WARM_UP + ASKED)][WARM_UP:]


@asynccontextmanager
async def reading(service: Service, database: Database) -> AsyncIterator[Reader]:
    """The pages of `service` over `database`, without a network between."""
    issuer = Issuer(free_port())

    async def keys() -> JsonWebKeys:
        return cast("JsonWebKeys", json.loads(issuer.keys()))

    verifier, seal = Verifier(issuer.url, keys), Seal([secrets.token_bytes(32)])
    app = create_app(service, database, verifier, wall_clock, limits=Limits(requests_per_second=None), telemetry=None)
    sessions = Sessions(Provider(issuer.url, client_id="bench"), verifier, seal, "http://bench.example")
    add_pages(app, service, sessions)
    token = issuer.token(READER, *Role)
    held = Session(token, None, wall_clock().timestamp() + 3600, secrets.token_urlsafe())
    transport = httpx2.ASGITransport(app)
    cookies = {sessions.cookie: seal.close("session", asdict(held))}
    async with httpx2.AsyncClient(transport=transport, base_url="http://bench.example", cookies=cookies) as http:
        yield Reader(service, http, {"authorization": f"Bearer {token}"})


async def fill(databases: Sequence[Database]) -> None:
    """Let the firm be ten times the demo's in delivery and billing, and know a hundred thousand accounts in crm."""
    by_name = {database.service: database for database in databases}
    async with Firm(by_name["crm"]).work("administrator") as work:
        await work.session.execute(A_HUNDRED_THOUSAND, {"rows": ROWS})
    await heard(delivery, by_name["delivery"], [person(READER)])
    async with Firm(by_name["resourcing"]).work("administrator") as work:
        await add_person(work, new_id(), PersonDetails("Reader", FIRST_DAY, subject_id=READER))
    deals = [won(new_id()) for _ in range(DEALS)]
    await heard(billing, by_name["billing"], [*deals, *map(accepted, deals)])
    for deal in deals:
        await heard(billing, by_name["billing"], sheets(deal, WORKED))
    await heard(delivery, by_name["delivery"], deals)
    for deal in deals:
        await _taken_over(by_name["delivery"], deal)


async def _taken_over(database: Database, deal: OpportunityClosedWon) -> None:
    async with begin(database, manager(), wall_clock(), Cause.new()) as work:
        await accept_handoff(work, uuid5(deal.opportunity_id, "handoff"), manager=None, starts_on=None)


async def pages(services: Sequence[Service], databases: Sequence[Database]) -> Figures:
    """Times and weights of the pages that people start from, service by service, and of a long list."""
    await fill(databases)
    figures: Figures = {}
    weights: Figures = {"first_load_bytes": 0, "later_page_bytes": 0, "libraries_of_some_pages_bytes": 0}
    for service, database in zip(services, databases, strict=True):
        async with reading(service, database) as reader:
            took: dict[str, list[float]] = {}
            for address in reader.addresses:
                took[address] = await reader.times(address)
                weigh(weights, (await reader.asked(address))[1])
            figures[service.name] = _times([one for times in took.values() for one in times])
            for address in sorted(took, key=lambda address: median(took[address]), reverse=True)[:SLOWEST]:
                figures[service.name + address] = _times(took[address])
            if service.name == "crm":
                figures |= await paging(reader)
    return {"weights": weights, **figures}


async def paging(reader: Reader) -> Figures:
    """The first page of a hundred thousand rows, and one behind nine tenths of them."""
    cursor, seen = "", 0
    while seen < ROWS * 0.9:
        asked = {"limit": str(LIMIT_MAX)} | ({"cursor": cursor} if cursor else {})
        found = (await reader.http.get("/api/v1/accounts", params=asked, headers=reader.bearer)).json()
        cursor, seen = found["next"], seen + len(found["items"])
    return {
        "first_of_100000": _times(await reader.times("/accounts")),
        "behind_90000": _times(await reader.times(f"/accounts?cursor={cursor}")),
    }


def weigh(weights: Figures, html: str) -> None:
    """Raise the weights to those of this page: everything on a first visit, the page alone afterwards."""
    page = len(gzip.compress(html.encode()))
    files = set(OF_PAGE.findall(html))
    libraries = {path for path in files if any(name in path for name in LIBRARIES)}
    first = page + sum(_weight(path) for path in files - libraries)
    weights["first_load_bytes"] = max(weights["first_load_bytes"], first)
    weights["later_page_bytes"] = max(weights["later_page_bytes"], page)
    more = sum(_weight(path) for path in libraries)
    weights["libraries_of_some_pages_bytes"] = max(weights["libraries_of_some_pages_bytes"], more)


def _weight(path: str) -> int:
    file = assets.DIST / path.rsplit("/", 1)[1]
    packed = file.with_name(f"{file.name}.gz")
    return (packed if packed.exists() else file).stat().st_size


def _times(took: Sequence[float]) -> Figures:
    return {"p50_ms": median(took), "p95_ms": quantiles(took, n=20)[-1]}
