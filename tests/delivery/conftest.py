"""Delivery over a real database, with another tenant's rows beside those of each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.delivery.service import service
from shared.actor import Role
from shared.database import Database
from shared.ids import new_id
from tests.support.api import api
from tests.support.databases import Databases
from tests.support.delivery import CANARY, NOW, Delivery
from tests.support.home import Home
from tests.support.news_for_delivery import MONDAY, a_cost_rate, a_person, a_won_deal


@pytest.fixture(scope="session")
def home(databases: Databases) -> Home:
    """Give delivery's database, where another tenant has rows already."""
    return Home(databases, service, CANARY, plant_canary)


@pytest.fixture
async def delivery(home: Home) -> AsyncIterator[Delivery]:
    """Serve delivery with Carla and Paula; what another tenant has in it must stay as it was, and unseen."""
    async with home.open() as database:
        yield serve(database)


def serve(database: Database) -> Delivery:
    """Give delivery at NOW."""
    return Delivery(database, api(service, database, clock=lambda: NOW))


async def plant_canary(database: Database) -> None:
    """Let another tenant work on a project."""
    delivery = serve(database)
    deal, canary = a_won_deal(), new_id()
    await delivery.hear(deal, tenant=CANARY)
    await delivery.hear(a_person(canary, subject="carla", name="Canary"), tenant=CANARY)
    await delivery.hear(a_cost_rate(canary, (MONDAY, "66.66")), tenant=CANARY)
    manager = delivery.as_(Role.PROJECT_MANAGER, subject="paula", tenant=CANARY)
    [handoff] = (await manager.get("/handoffs")).json()["items"]
    answer = await manager.post(f"/handoffs/{handoff['id']}/acceptance", json={})
    assert answer.status_code == 201, answer.text
    project = answer.json()
    body = {"task_id": project["tasks"][1]["id"], "day": MONDAY.isoformat(), "minutes": 66}
    consultant = delivery.as_(Role.CONSULTANT, subject="carla", tenant=CANARY)
    assert (await consultant.put(f"/time-entries/{new_id()}", json=body)).status_code == 201
