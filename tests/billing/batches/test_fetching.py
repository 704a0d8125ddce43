"""A batch is fetched at the command line, whole, under the names that its system wants."""

from __future__ import annotations

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from deploy.suite.desk import Desk, WentWrong
from deploy.suite.handing_over import NoSuchNumber, files_of_batch
from shared.actor import Role
from tests.support.api import token
from tests.support.billing import Billing
from tests.support.ledger import ENTITY, a_new_entry, posted, sealed, set_up_feeds


def desk_of(billing: Billing, role: Role) -> Desk:
    """Sit down at a desk of the suite that has billing in its place."""
    suite = Starlette(routes=[Mount("/billing", app=billing.api.app)])
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(suite), base_url="http://suite.test")
    return Desk(http, token(role, subject="carla"))


async def test_every_file_of_a_batch_comes_under_its_own_name(mapped: Billing) -> None:
    await set_up_feeds(mapped, "netsuite")
    for _ in range(2):
        await posted(mapped, a_new_entry())
        await sealed(mapped)
    controller = mapped.as_(Role.CONTROLLER)
    batch = (await controller.get("/ledger-batches", params={"limit": 1})).json()["items"][0]

    files = await files_of_batch(desk_of(mapped, Role.CONTROLLER), ENTITY, 2, "netsuite")

    there = await controller.get(f"/ledger-batches/{batch['id']}/netsuite")
    assert files == {"netsuite_MER_2026-03_000002.csv": there.content}


async def test_what_is_not_there_or_not_allowed_is_said(mapped: Billing) -> None:
    await posted(mapped, a_new_entry())
    await sealed(mapped)

    with pytest.raises(WentWrong, match="feed_not_set_up"):
        await files_of_batch(desk_of(mapped, Role.CONTROLLER), ENTITY, 1, "datev")
    with pytest.raises(WentWrong, match="ahead_of_chain"):
        await files_of_batch(desk_of(mapped, Role.CONTROLLER), ENTITY, 3, "datev")
    with pytest.raises(NoSuchNumber, match="no batch 2 yet"):
        await files_of_batch(desk_of(mapped, Role.CONTROLLER), ENTITY, 2, "datev")
    with pytest.raises(WentWrong, match="403"):
        await files_of_batch(desk_of(mapped, Role.BILLING_CLERK), ENTITY, 1, "hledger")
