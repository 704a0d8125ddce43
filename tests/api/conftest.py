"""Every service with a story of its own."""

from collections.abc import AsyncIterator

import pytest

from tests.api.scenes import Scene, a_scene
from tests.api.stories import STORIES
from tests.conftest import DatabaseFactory
from tests.support.databases import Databases


@pytest.fixture(params=STORIES)
async def scene(
    request: pytest.FixtureRequest, databases: Databases, service_database: DatabaseFactory
) -> AsyncIterator[Scene]:
    """Set the scene of each service."""
    async with a_scene(request.param, databases, service_database(request.param).app_url) as one:
        yield one
