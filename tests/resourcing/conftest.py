"""Resourcing over a real database, with another tenant's rows beside those of each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.resourcing.service import service
from shared.database import connect
from shared.ids import new_id
from tests.conftest import DatabaseFactory
from tests.support.api import api
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


@pytest.fixture
async def resourcing(service_database: DatabaseFactory) -> AsyncIterator[Resourcing]:
    """Serve resourcing; what another tenant has in it must stay as it was, and unseen."""
    database = connect("resourcing", service_database("resourcing").app_url, pool_size=5)
    served = Resourcing(database, api(service, database, clock=lambda: MORNING))
    await _plant_canary(served)
    before = await served.digest(CANARY)
    yield served
    assert await served.digest(CANARY) == before, "another tenant's rows were changed"
    await database.engine.dispose()


async def _plant_canary(resourcing: Resourcing) -> None:
    project = new_id()
    await resourcing.hear(a_project_opened(project), tenant=CANARY)
    await resourcing.hear(a_staffing_request(project), tenant=CANARY)
    async with resourcing.work(tenant=CANARY) as work:
        canary = await a_person(work, "Canary", subject="canary", skills={"singing": 3}, cost="66.66")
        await leave_of(work, canary, FRIDAY, FRIDAY.replace(day=7))
        await book_on(work, canary, project, ends_before=MONDAY.replace(day=5))
    await resourcing.hear(an_approved_timesheet(canary, an_entry(canary), project_id=project), tenant=CANARY)
    async with resourcing.database.engine.begin() as connection:
        await connection.exec_driver_sql("delete from msg.outbox")
