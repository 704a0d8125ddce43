"""A desk at which jobs are started, taken up and looked at, over the database of crm."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from deploy.suite.databases import ServiceDatabase
from shared import jobs
from shared.actor import Actor
from shared.database import Database, connect
from shared.ids import new_id
from shared.jobs import Job, JobKind, Progress, Runner
from shared.messaging.schema import CLOCK
from shared.work import Work, begin
from tests.shared.messaging.probe import as_owner
from tests.support.databases import run_apart

MERIDIAN, NORTHSTAR = UUID(int=1), UUID(int=2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAGES = 3
REPLACED = CLOCK.replace("create function", "create or replace function")
EFFECT = text("insert into subjects (person_id, name, sequence) values (:id, :name, 0)")

Spell = Callable[[Work, Job], Awaitable[None]]
Later = Callable[[str], None]


async def print_page(work: Work, job: Job) -> Progress:
    """Print the next page of a book of three: an effect that would show if it happened twice."""
    page = job.done + 1
    await work.session.execute(EFFECT, {"id": new_id(), "name": f"{job.payload['book']} {page}"})
    if page == PAGES:
        return Progress(page, PAGES, result={"pages": page})
    return Progress(page, PAGES, cursor={"after": page})


@dataclass
class Desk:
    """Where books are printed; a test may cast a spell that works after a page's effect and before its progress."""

    database: Database
    spell: Spell | None = None
    seen: list[tuple[UUID, int]] = field(default_factory=list)

    @property
    def printing(self) -> JobKind:
        """Printing one book, a page a step."""
        return JobKind("test.print", self._print)

    async def _print(self, work: Work, job: Job) -> Progress:
        progress = await print_page(work, job)
        self.seen.append((job.id, progress.done))
        if self.spell:
            await self.spell(work, job)
        return progress

    def runner(self, *kinds: JobKind, now: datetime = NOON) -> Runner:
        """Give one replica of those who take up jobs."""
        return Runner(self.database, kinds or (self.printing,), lambda: now)

    async def ask(self, book: str = "book", *, tenant: UUID = MERIDIAN, by: str = "anna", total: int = 0) -> UUID:
        """Start the printing of a book."""
        job_id = new_id()
        async with begin(self.database, Actor(by, tenant), NOON) as work:
            await jobs.start(work, self.printing, id=job_id, payload={"book": book}, total=total)
        return job_id

    async def find(self, job_id: UUID, *, tenant: UUID = MERIDIAN) -> Any:
        """Look a job up."""
        async with begin(self.database, Actor("anna", tenant), NOON) as work:
            return await jobs.find(work, job_id)

    async def cancel(self, job_id: UUID, *, tenant: UUID = MERIDIAN) -> None:
        """Cancel a job."""
        async with begin(self.database, Actor("anna", tenant), NOON) as work:
            await jobs.cancel(work, job_id)

    async def printed(self, tenant: UUID = MERIDIAN) -> list[str]:
        """List the pages printed for a tenant."""
        async with begin(self.database, Actor("anna", tenant), NOON) as work:
            return list(await work.session.scalars(text("select name from subjects order by name")))


async def finish(runner: Runner) -> int:
    """Do every step that is due now; tells how many."""
    steps = 0
    while await runner.step():
        steps += 1
    return steps


@pytest.fixture
def addresses(service_database: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    """Give the database of crm, empty."""
    return service_database("crm")


@pytest.fixture
async def desk(addresses: ServiceDatabase) -> AsyncIterator[Desk]:
    """Give a desk."""
    database = connect("crm", addresses.app_url)
    yield Desk(database)
    await database.engine.dispose()


@pytest.fixture
def later(addresses: ServiceDatabase) -> Iterator[Later]:
    """Move the clock of the scheduler to some interval after now."""

    def move(interval: str) -> None:
        moved = REPLACED.replace("select clock_timestamp()", f"select clock_timestamp() + interval ''{interval}''")
        run_apart(as_owner(addresses, moved))

    yield move
    run_apart(as_owner(addresses, REPLACED))
