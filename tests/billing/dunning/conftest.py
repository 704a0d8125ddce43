"""Billing at noon of a day in summer, when what was invoiced in March is late."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.billing.service import service
from tests.support.api import api
from tests.support.billing import Billing, a_legal_entity
from tests.support.claims import JUNE
from tests.support.home import Home


@pytest.fixture
async def june(home: Home) -> AsyncIterator[Billing]:
    """Serve billing at noon of 1 June."""
    async with home.open() as database:
        billing = Billing(database, api(service, database, clock=lambda: JUNE))
        await a_legal_entity(billing)
        yield billing
