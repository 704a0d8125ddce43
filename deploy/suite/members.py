"""The services of the suite, put together: each with its database, its worker, and the transport between them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from fastapi import FastAPI
from opentelemetry.sdk.trace.export import SpanExporter
from sqlalchemy import TextClause, text

from services.billing.service import service as billing
from services.crm.service import service as crm
from services.delivery.service import service as delivery
from services.resourcing.service import service as resourcing
from shared import jobs, telemetry, traces
from shared.clock import Clock
from shared.database import Database
from shared.messaging.drain import Drain
from shared.messaging.in_process import InProcess
from shared.messaging.inbox import Inbox
from shared.messaging.relay import Relay
from shared.messaging.worker import Worker
from shared.operations import replays
from shared.operations.group import DEAL_WITH_GROUP
from shared.pages import live
from shared.pages.app import add_pages
from shared.pages.session import Sessions
from shared.service import Service
from shared.web.app import create_app
from shared.web.front import Drain as Leaving

SERVICES: tuple[Service, ...] = (crm, delivery, resourcing, billing)
UNFINISHED = text(
    """
    select type as what, coalesce(last_error, 'is not sent') as why from msg.outbox
    union all select consumer || ' ' || coalesce(type, ''), coalesce(error_text, status) from msg.inbox
               where status in ('pending', 'retry', 'waiting')
    union all select kind, state from msg.job where state in ('queued', 'running')
    limit :limit
    """
)
PUT_ASIDE = text(
    """
    select consumer || ' ' || coalesce(type, '') as what, coalesce(error_type, '') || ' ' || error_text as why
      from msg.inbox where status = 'parked'
    union all select type, last_error from msg.outbox_parked
    union all select kind, error from msg.job where state = 'failed'
    """
)


@dataclass(frozen=True)
class Member:
    """One service of the suite: it works by itself once `run` is called, and before that when it is told to."""

    service: Service
    database: Database
    app: FastAPI
    worker: Worker
    runner: jobs.Runner
    relay: Relay
    drain: Drain
    leaving: Leaving
    telemetry: telemetry.Telemetry

    async def run(self, stopping: asyncio.Event) -> None:
        """Send, react and do jobs until told to stop."""
        with self.telemetry.active():
            async with traces.kept(self.database, self.telemetry.shelf), asyncio.TaskGroup() as tasks:
                tasks.create_task(self.worker.run())
                tasks.create_task(jobs.run_apart(self.database, self.runner.kinds.values(), self.runner.now, stopping))
                telling = tasks.create_task(live.tell(self.database))
                await stopping.wait()
                self.leaving.begin()
                telling.cancel()

    async def catch_up(self) -> int:
        """Send what was announced and react to what arrived since it was asked last; tell how much that was."""
        handled = 0
        with self.telemetry.active():
            for woken, step in (
                (self.database.announced, self.relay.once),
                (self.drain.inbox.arrived, self.drain.once),
            ):
                while woken.is_set():
                    woken.clear()
                    while now := await step():
                        handled += now
        return handled

    async def do_jobs(self) -> int:
        """Do the jobs there are; tell how many steps that was."""
        steps = 0
        with self.telemetry.active():
            while await self.runner.step():
                steps += 1
        return steps

    async def unfinished(self) -> list[str]:
        """What waits to be sent, reacted to or done, ten things at most, each with what is known of it."""
        return await self._told(UNFINISHED, limit=10)

    async def put_aside(self) -> list[str]:
        """What could not be acted on, each with its reason: parked messages, failed jobs."""
        return await self._told(PUT_ASIDE)

    async def _told(self, question: TextClause, **values: int) -> list[str]:
        async with self.database.engine.connect() as connection:
            rows = await connection.execute(question, values)
            return [f"{self.service.name}: {row.what}: {row.why}" for row in rows]


def assemble(
    databases: dict[str, Database], sessions: Sessions, exporter: SpanExporter | None, now: Clock
) -> dict[str, Member]:
    """Put every service together with its database, its worker and the transport between them."""
    inboxes = {
        service.name: Inbox(service.name, service.all_reactions, databases[service.name]) for service in SERVICES
    }
    transport = InProcess(inboxes.values())
    members = {}
    for service in SERVICES:
        database = databases[service.name]
        watched = telemetry.watch(service.name, exporter=exporter, shelf=None if exporter else telemetry.Shelf())
        database.announced.set()  # the run before may have left something
        inboxes[service.name].arrived.set()
        leaving = Leaving()
        app = create_app(service, database, sessions.verifier, now, telemetry=watched, drain=leaving)
        add_pages(app, service, sessions)
        members[service.name] = Member(
            service,
            database,
            app,
            Worker(service.name, (service.all_reactions,), database, transport, now),
            jobs.Runner(database, (*service.jobs, DEAL_WITH_GROUP, replays.kind(transport)), now),
            Relay(database, transport),
            Drain(inboxes[service.name], now),
            leaving,
            watched,
        )
    return members
