"""Billing over a real database, with another tenant's rows beside those of each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.billing.service import service
from shared.database import connect
from tests.conftest import DatabaseFactory
from tests.support.api import api
from tests.support.billing import (
    CANARY,
    NOON,
    Billing,
    a_legal_entity,
    a_sale,
    a_time_line,
    a_timesheet,
    an_entry,
)


@pytest.fixture
async def bare_billing(service_database: DatabaseFactory) -> AsyncIterator[Billing]:
    """Serve billing at noon of the last day of March; what another tenant has in it must stay as it was."""
    database = connect("billing", service_database("billing").app_url, pool_size=10)
    served = Billing(database, api(service, database, clock=lambda: NOON))
    await _plant_canary(served)
    before = await served.digest(tenant=CANARY)
    yield served
    assert await served.digest(tenant=CANARY) == before, "another tenant's rows were changed"
    await database.engine.dispose()


@pytest.fixture
async def billing(bare_billing: Billing) -> Billing:
    """Serve billing with one firm of ours that sells."""
    await a_legal_entity(bare_billing)
    return bare_billing


async def _plant_canary(billing: Billing) -> None:
    await a_legal_entity(billing, tenant=CANARY, code="CAN", name="Canary Ltd")
    line = a_time_line("66.66", role="Singer")
    sale = a_sale(line)
    await billing.sold(sale, tenant=CANARY)
    entry = an_entry(line.line_id, staffing_role="Singer")
    await billing.hear(a_timesheet(sale, entry), tenant=CANARY)
    async with billing.database.engine.begin() as connection:
        await connection.exec_driver_sql("delete from msg.outbox")
