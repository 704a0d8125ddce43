"""A part of the suite under a load that does not let up, watched: how fast it answers, what it holds, what it tells."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import inf
from statistics import linear_regression, median, quantiles
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import psutil
from prometheus_client.parser import text_string_to_metric_families

from deploy.checker.look import plain
from shared.actor import Role
from shared.ids import new_id
from tests.chaos.client import long_lived_token
from tests.chaos.fleet import Fleet, Realised
from tests.chaos.ground import Ground, provisioned
from tests.chaos.plan import stream
from tests.support.processes import free_ports

TENANT = UUID("0198c0de-0000-7000-8000-0000000007ed")
PROGRAMS = ("crm-api", "crm-worker", "resourcing-worker")  # one that sells, and one that hears of every deal
SELLERS, PAUSE_SECONDS = 2, 0.1
BUSY = httpx2.codes.SERVICE_UNAVAILABLE
LOOK_AGAIN_SECONDS = 0.5
PATIENCE_SECONDS = 300.0
MEBIBYTE = 2**20
UNSENT = "select count(*) from msg.outbox"
UNDONE = "select count(*) from msg.inbox where status <> 'done'"
DONE_ONCE = "select count(distinct event_id) from msg.inbox where consumer = 'resourcing.expect_deal'"
SENT_ONCE = "select count(distinct event_id) from msg.event_log"
SENT = "select count(*) from msg.event_log"
BY_LANE = "throughline_outbox_oldest_age_seconds"


@dataclass(frozen=True)
class Latency:
    """Of so many answers: in milliseconds, half of them were faster, and nineteen of twenty."""

    answers: int
    median: float
    p95: float

    @classmethod
    def of(cls, seconds: list[float]) -> Latency:
        """The latency of answers that took so long."""
        return cls(len(seconds), round(1000 * median(seconds), 1), round(1000 * quantiles(seconds, n=20)[-1], 1))


@dataclass
class Sellers:
    """Colleagues who write down one deal after another, with a breath between them."""

    http: httpx2.AsyncClient
    url: str
    token: str
    answered: list[tuple[float, float]] = field(default_factory=list)
    """When each answer was asked for, and after how many seconds it came."""
    deals: list[UUID] = field(default_factory=list)
    are_home: bool = False
    """Whether the day is over."""

    async def work(self) -> None:
        """Go on until the day is over; fails as soon as one is refused."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(SELLERS):
                tasks.create_task(self._sell())

    async def write_down(self, deal: UUID) -> None:
        """Have one more deal."""
        began = time.monotonic()
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(deal)}
        body = {"name": f"Deal {deal}", "currency": "EUR", "amount": "12000.00"}
        url = f"{self.url}/api/v1/opportunities/{deal}"
        while (answer := await self.http.put(url, json=body, headers=headers)).status_code == BUSY:
            await asyncio.sleep(PAUSE_SECONDS)
        assert answer.status_code == httpx2.codes.CREATED, answer.text
        self.answered.append((began, time.monotonic() - began))
        self.deals.append(deal)

    def seconds(self, since: float, until: float) -> list[float]:
        """How long answers took that were asked for between two moments."""
        return [took for began, took in self.answered if since <= began < until]

    async def _sell(self) -> None:
        while not self.are_home:
            await self.write_down(new_id())
            await asyncio.sleep(PAUSE_SECONDS)


@dataclass
class Memory:
    """What a process holds, look by look, in MiB."""

    process: psutil.Process
    looks: list[tuple[float, float]] = field(default_factory=list)

    def look(self) -> None:
        """Look once more."""
        self.looks.append((time.monotonic(), self.process.memory_info().rss / MEBIBYTE))

    @property
    def growth(self) -> float:
        """By how many MiB the straight line through the looks of the later half rises."""
        times, sizes = zip(*self.looks[len(self.looks) // 2 :], strict=True)
        return float(round(linear_regression(times, sizes).slope * (times[-1] - times[0]), 1))

    @property
    def peak(self) -> float:
        """The most that was seen."""
        return round(max(size for _, size in self.looks))


@dataclass
class Firm:
    """Services at work, and sellers who do not let up."""

    ground: Ground
    fleet: Fleet
    sellers: Sellers
    working: asyncio.Task[None]
    metrics_ports: dict[str, int]

    async def value(self, service: str, query: str, *values: Any) -> Any:
        """The one value that `query` gives in the database of `service`, asked as superuser."""
        async with self.connected(service) as connection:
            return await connection.fetchval(query, *values)

    @asynccontextmanager
    async def connected(self, service: str) -> AsyncIterator[asyncpg.Connection]:
        """The database of `service`, as superuser."""
        connection = await asyncpg.connect(plain(self.ground.superuser[service]))
        try:
            yield connection
        finally:
            await connection.close()

    async def metric(self, program: str, name: str, **labels: str) -> float:
        """What `program` tells Prometheus: the largest sample of `name` with these labels; nought if there is none."""
        async with httpx2.AsyncClient() as http:
            said = (await http.get(f"http://127.0.0.1:{self.metrics_ports[program]}/metrics")).text
        samples = [sample for family in text_string_to_metric_families(said) for sample in family.samples]
        found = [each.value for each in samples if each.name == name and labels.items() <= each.labels.items()]
        return max(found, default=0.0)

    async def shows(self, program: str, metric: str, *, over: float = -1, under: float = inf, **labels: str) -> None:
        """Wait until `program` tells so of itself: Prometheus would have seen it."""

        async def look() -> bool:
            return over < await self.metric(program, metric, **labels) < under

        await self.until(look, what=f"{metric} was over {over:g} and under {under:g}")

    async def until(self, look: Callable[[], Awaitable[bool]], *, what: str, within: float = PATIENCE_SECONDS) -> None:
        """Wait until `look` finds it so; fails after `within` seconds."""
        deadline = time.monotonic() + within
        while not await look():
            assert self.sellers.are_home or not self.working.done(), self.working.exception()
            assert time.monotonic() < deadline, f"waited {within:.0f} s in vain until {what}"
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def goes_on(self) -> None:
        """Fails unless further deals are committed."""
        count = len(self.sellers.deals)

        async def more() -> bool:
            return len(self.sellers.deals) >= count + 10

        await self.until(more, what="the API committed more", within=60)

    async def is_done(self) -> bool:
        """Whether nothing waits any more, on either side."""
        return not await self.value("crm", UNSENT) and not await self.value("resourcing", UNDONE)

    async def everything_arrived_once(self, others: int = 0) -> None:
        """Send the sellers home; fails unless each deal, and `others` besides, was sent once and acted on once."""
        self.sellers.are_home = True
        await self.working
        await self.until(self.is_done, what="everything was done")
        sent = [await self.value("crm", query) for query in (SENT, SENT_ONCE)]
        assert sent == [len(self.sellers.deals) + others] * 2
        assert await self.value("resourcing", DONE_ONCE) == sent[0]
        assert await self.value("resourcing", "select count(*) from msg.inbox") == sent[0]

    def memory_of(self, program: str) -> Memory:
        """What a process holds from now on."""
        return Memory(psutil.Process(self.fleet.running[program].process.pid))


@asynccontextmanager
async def selling(where: Ground, jwks_url: str) -> AsyncIterator[Firm]:
    """Have sellers at work for the time of the block: none may be refused, and each process must end well."""
    ports = dict(zip(PROGRAMS, free_ports(len(PROGRAMS)), strict=True))
    settings = {name: {"METRICS_PORT": str(port)} for name, port in ports.items()}
    realised = Realised(where.directory / "realised.jsonl")
    chance, addresses = stream(1, "restarts"), where.databases
    fleet = Fleet(where.directory, addresses, where.broker_url, jwks_url, {}, chance, realised, settings)
    await provisioned(where)
    try:
        await fleet.start(PROGRAMS)
        async with httpx2.AsyncClient(timeout=60) as http:
            token = long_lived_token(TENANT, "seller", Role.SALES_MANAGER)
            sellers = Sellers(http, fleet.addresses["crm"], token)
            working = asyncio.create_task(sellers.work())
            try:
                yield Firm(where, fleet, sellers, working, ports)
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)
    finally:
        stopped = await asyncio.to_thread(fleet.stop)
        realised.close()
    assert set(stopped.values()) == {0}, stopped
