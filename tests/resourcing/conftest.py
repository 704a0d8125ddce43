"""Resourcing over a real database, with another tenant's rows beside those of each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.resourcing.service import service
from shared.database import Database
from shared.ids import new_id
from tests.support.api import api
from tests.support.databases import Databases
from tests.support.home import Home
from tests.support.resourcing import (
    CANARY,
    FRIDAY,
    MONDAY,
    MORNING,
    Resourcing,
    a_person,
    a_project_opened,
    a_staffing_request,
    an_approved_timesheet,
    an_entry,
    book_on,
    leave_of,
)


@pytest.fixture(scope="session")
def home(databases: Databases) -> Home:
    """Give resourcing's database, where another tenant has rows already."""
    return Home(databases, service, CANARY, plant_canary)


@pytest.fixture
async def resourcing(home: Home) -> AsyncIterator[Resourcing]:
    """Serve resourcing; what another tenant has in it must stay as it was, and unseen."""
    async with home.open() as database:
        yield serve(database)


def serve(database: Database) -> Resourcing:
    """Give resourcing at MORNING."""
    return Resourcing(database, api(service, database, clock=lambda: MORNING))


async def plant_canary(database: Database) -> None:
    """Let another tenant have somebody booked, on leave and at work."""
    resourcing = serve(database)
    project = new_id()
    await resourcing.hear(a_project_opened(project), tenant=CANARY)
    await resourcing.hear(a_staffing_request(project), tenant=CANARY)
    async with resourcing.work(tenant=CANARY) as work:
        canary = await a_person(work, "Canary", subject="canary", skills={"singing": 3}, cost="66.66")
        await leave_of(work, canary, FRIDAY, FRIDAY.replace(day=7))
        await book_on(work, canary, project, ends_before=MONDAY.replace(day=5))
    await resourcing.hear(an_approved_timesheet(canary, an_entry(canary), project_id=project), tenant=CANARY)
