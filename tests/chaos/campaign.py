"""A campaign: firms at work while things go wrong, then rest, then judgement."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import httpx2

from deploy.checker.check import Report, check
from deploy.checker.events import note_records
from deploy.checker.look import Look, looking
from deploy.checker.sightings import Sightings
from deploy.suite.members import SERVICES
from shared.clock import wall_clock
from shared.messaging.amqp import LINK_ERRORS
from tests.chaos.adversary import Adversary, poison
from tests.chaos.client import Answers, Client, GaveUp, long_lived_token
from tests.chaos.deal import live_deals
from tests.chaos.firm import Calendar, Firm
from tests.chaos.fleet import Fleet, Realised
from tests.chaos.ground import Ground, provisioned
from tests.chaos.notebook import Notebook
from tests.chaos.plan import Fault, Plan, stream
from tests.chaos.replay import replay
from tests.chaos.rest import at_rest

TENANTS = (UUID("0198c0de-0000-7000-8000-00000000c0a1"), UUID("0198c0de-0000-7000-8000-00000000c0a2"))
CONSULTANTS = 2  # clients of each tenant who live deals side by side
LOOK_EVERY_SECONDS = 4.0
JUDGEMENT_SECONDS = 20.0  # of the minutes, what is left for coming to rest and judging
OVERTIME_SECONDS = 240.0  # for what must come to pass on a machine that is slow
DEALS_AT_LEAST = 6
CANCELLED_AT_MOST = 40  # times, until whatever swallows it gives in


@dataclass
class Outcome:
    """Everything that is known once a campaign is over."""

    plan: Plan
    realised: Realised
    notebook: Notebook
    answers: Answers
    fleet: Fleet
    adversary: Adversary
    looks: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    """What the time was spent on."""
    seconds_to_rest: float = 0.0
    restless: list[str] = field(default_factory=list)
    broken: dict[str, list[str]] = field(default_factory=dict)
    unclean: dict[str, int] = field(default_factory=dict)
    """What did not end well when told to stop, with its exit status."""
    counts: dict[str, int] = field(default_factory=dict)
    recovered: int = 0
    """How much is there of which clients did not know whether it would be."""

    def take(self, report: Report) -> None:
        """Add what one look has found."""
        self.looks += 1
        self.recovered = report.recovered
        for name, found in report.broken.items():
            self.broken.setdefault(name, found)


class Campaign:
    """One campaign over one ground."""

    def __init__(self, ground: Ground, plan: Plan, jwks_url: str) -> None:
        plan.keep(ground.directory / "plan.json")
        self.ground, self.plan = ground, plan
        self.seen = Sightings()
        self.notebook = Notebook(ground.directory / "history.jsonl")
        self.realised = Realised(ground.directory / "realised.jsonl")
        self.answers = Answers()
        routes = {service.name: frozenset(service.all_reactions.routing_keys) for service in SERVICES}
        self.adversary = Adversary(ground.broker_url, routes, stream(plan.seed, "adversary"), self.notebook)
        self.fleet = Fleet(
            ground.directory,
            ground.databases,
            ground.broker_url,
            jwks_url,
            plan.arms,
            stream(plan.seed, "restarts"),
            self.realised,
            ground.settings,
            on_worker=self.adversary.bound_anew.set,
        )
        self.outcome = Outcome(plan, self.realised, self.notebook, self.answers, self.fleet, self.adversary)
        self.done: list[Fault] = []
        self.calm = asyncio.Event()

    async def fight(self) -> Outcome:
        """Start everything, let the firms work while the plan comes to pass, come to rest, judge."""
        began = time.monotonic()
        with self._timed("provisioning"):
            await provisioned(self.ground)
        async with httpx2.AsyncClient() as http, self._wired(), self._beside(self.adversary.run()):
            with self._timed("starting"):
                await self.fleet.start()
            async with self._beside(self.fleet.watch()):
                firms = self._firms(http)
                self.answers.nobody_walks_away = True
                with self._timed("founding"):
                    await asyncio.gather(*(firm.found() for firm in firms))
                self.answers.nobody_walks_away = False
                async with self._beside(self._look_on()):
                    with self._timed("work"):
                        await self._work(firms, until=began + 60 * self.plan.minutes - JUDGEMENT_SECONDS)
                with self._timed("judgement"):
                    await self._judge(firms)
            with self._timed("stopping"):
                stopped = await asyncio.to_thread(self.fleet.stop)  # the wires go on meanwhile
            self.outcome.unclean = {name: status for name, status in stopped.items() if status}
        await _end_what_is_left()
        self.notebook.close()
        self.realised.close()
        return self.outcome

    def _firms(self, http: httpx2.AsyncClient) -> list[Firm]:
        calendar, chance = Calendar(wall_clock().date()), stream(self.plan.seed, "workload")
        return [
            Firm.of(
                Client(
                    http,
                    self.fleet.addresses,
                    self.notebook,
                    self.answers,
                    chance,
                    tenant,
                    "somebody",
                    long_lived_token(tenant, "somebody"),
                ),
                calendar,
                CONSULTANTS,
            )
            for tenant in TENANTS
        ]

    async def _work(self, firms: list[Firm], *, until: float) -> None:
        """Let everybody live deals until the time is over and all that must has come to pass."""
        hard_end = until + max(OVERTIME_SECONDS, 60 * self.plan.minutes)
        sabotage = asyncio.create_task(self._go_wrong())
        try:
            living = [asyncio.create_task(live_deals(firm, who)) for firm in firms for who in firm.consultants]
            while (now := time.monotonic()) < hard_end and (now < until or not self._is_complete):
                await asyncio.sleep(0.1)
                if failed := next((task for task in living if task.done()), None):
                    failed.result()
        finally:
            self.answers.is_over = True
            self.calm.set()
            await asyncio.gather(sabotage, *living)
        self.answers.is_over = False

    @property
    def _is_complete(self) -> bool:
        return len(self.done) >= self.plan.must and not self.fleet.armed and self.answers.deals >= DEALS_AT_LEAST

    async def _go_wrong(self) -> None:
        """Have the faults of the plan come to pass, each when its operation is begun, until all is to be calm."""
        for fault in self.plan.faults:
            while self.notebook.operations < fault.at:
                if self.calm.is_set():
                    return
                await asyncio.sleep(0.05)
            await self._commit(fault)
            self.done.append(fault)
            if self.calm.is_set():
                return

    async def _commit(self, fault: Fault) -> None:
        if fault.kind == "kill":
            self.fleet.kill(fault.target)
        elif fault.kind == "poison":
            service, kind = fault.target.split()
            with suppress(*LINK_ERRORS):
                event = await poison(self.ground.broker_url, service, kind, TENANTS[0], self.notebook)
                self.realised.note(kind="poison", target=fault.target, event=event)
        elif self.ground.saboteur is not None:
            shown = await self.ground.saboteur.commit(fault, self.fleet.addresses)
            line = self.realised.note(kind=fault.kind, target=fault.target, **asdict(shown))
            since = time.monotonic()
            await self.fleet.until_all_ready()
            line["recovered_seconds"] = round(time.monotonic() - since, 2)

    async def _look_on(self) -> None:
        """Check what must be true in every moment, again and again, while things go wrong."""
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                async with self._looking(settled=False) as look:
                    self.outcome.take(await check(look))

    async def _judge(self, firms: list[Firm]) -> None:
        self.adversary.mischief = False
        self.answers.nobody_walks_away = True
        await self._come_to_rest()
        for firm in firms:
            with suppress(GaveUp):
                await firm.close_month()
        await self._come_to_rest()
        for firm in firms:
            with suppress(GaveUp):
                self.notebook.note(again="recognition", made=await firm.recognise_again())
        await self._come_to_rest()
        if self.plan.replays:
            await self._replay("replay", forgetful=False)
            await self._replay("replay to forgetful inboxes", forgetful=True)
        async with self._looking(settled=True) as look:
            self.outcome.take(await check(look))
            self.outcome.counts |= await _counted(look)

    async def _replay(self, occasion: str, *, forgetful: bool) -> None:
        async with self._looking(settled=True) as look:
            self.outcome.take(await check(look))
            await note_records(look, occasion)
        ground = self.ground
        sent = await replay(ground.broker_url, ground.superuser, self.adversary.routes, forgetful=forgetful)
        self.realised.note(kind=occasion, sent=sent)
        await self._come_to_rest()

    async def _come_to_rest(self) -> None:
        seconds, waiting = await at_rest(self.ground, self.fleet, self.adversary)
        self.outcome.seconds_to_rest = max(self.outcome.seconds_to_rest, seconds)
        self.outcome.restless += waiting

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.outcome.seconds[what] = round(time.monotonic() - began, 1)

    @asynccontextmanager
    async def _wired(self) -> AsyncIterator[None]:
        wires = self.ground.wires
        if wires is None:
            yield
            return
        await wires.open()
        try:
            yield
        finally:
            await wires.close()

    @asynccontextmanager
    async def _looking(self, *, settled: bool) -> AsyncIterator[Look]:
        async with looking(self.ground.superuser, self.seen, self.notebook.history, settled=settled) as look:
            yield look

    @asynccontextmanager
    async def _beside(self, work: Any) -> AsyncIterator[None]:
        """Have `work` go on beside the block; when it fails, so does the block at its end."""
        task = asyncio.create_task(work)
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _end_what_is_left() -> None:
    """End every other task: one of a client library, left over from a broker that died, may swallow a cancellation."""
    for _ in range(CANCELLED_AT_MOST):
        left = asyncio.all_tasks() - {asyncio.current_task()}
        if not left:
            return
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=0.5)


async def _counted(look: Look) -> dict[str, int]:
    """How many events there are, and how many effects of them."""
    counts: Counter[str] = Counter()
    for service in look.services:
        counts["events"] += (await look.rows(service, "select count(*) as n from msg.event_log"))[0]["n"]
        counts["effects"] += (await look.rows(service, "select count(*) as n from msg.inbox where status = 'done'"))[0][
            "n"
        ]
    return dict(counts)
