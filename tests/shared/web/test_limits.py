"""One caller cannot take the machine from the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.actor import Role
from shared.database import Database
from shared.ids import new_id
from shared.web.limits import MIB, Limits, Rate, TooManyRequests
from tests.shared.web.conftest import StateHash, note, path
from tests.shared.web.probe import Probe
from tests.support.api import Api, api, code_of

PM = Role.PROJECT_MANAGER


async def chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 65_536 + 1):
        yield b" " * 65_536


@pytest.mark.parametrize("declared", [True, False], ids=["with its length", "without its length"])
async def test_a_body_beyond_the_limit_is_refused(probe: Api, state: StateHash, declared: bool) -> None:
    before = await state()
    body = b" " * (MIB + 1) if declared else chunks(MIB)
    answer = await probe.as_(PM).put(path(new_id()), content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, code_of(answer)) == (413, "body_too_large")
    assert answer.headers["x-request-id"] and answer.json()["mend"]
    assert await state() == before


async def test_an_address_for_files_takes_more_and_has_a_limit_of_its_own(probe: Api, state: StateHash) -> None:
    client = probe.as_(PM)
    taken = await client.put(path(new_id()) + "/file", content=b"x" * (2 * MIB))
    assert taken.json() == {"bytes": 2 * MIB}
    before = await state()
    refused = await client.put(path(new_id()) + "/file", content=b"x" * (20 * MIB + 1))
    assert (refused.status_code, code_of(refused)) == (413, "body_too_large")
    assert await state() == before


async def test_a_compressed_body_is_refused(probe: Api, state: StateHash) -> None:
    before = await state()
    answer = await probe.as_(PM).put(path(new_id()), content=b"x", headers={"content-encoding": "gzip"})
    assert (answer.status_code, code_of(answer)) == (415, "body_encoded")
    assert await state() == before


async def test_a_body_that_trickles_in_is_given_up(database: Database, state: StateHash) -> None:
    async def forever() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    impatient = api(Probe(), database, limits=Limits(requests_per_second=None, body_seconds=0.05))
    before = await state()
    answer = await impatient.as_(PM).put(path(new_id()), content=forever())
    assert (answer.status_code, code_of(answer)) == (408, "body_timed_out")
    assert await state() == before


async def test_what_takes_too_long_is_undone(database: Database, state: StateHash) -> None:
    impatient = api(Probe(), database, limits=Limits(requests_per_second=None, answer_seconds=0.1))
    before = await state()
    answer = await impatient.as_(PM).post(path(new_id()) + "/copies", json=note())
    assert (answer.status_code, code_of(answer)) == (503, "took_too_long")
    assert answer.headers["retry-after"] and await state() == before


async def test_too_many_requests_are_refused_and_neighbours_are_not(database: Database) -> None:
    strict = api(Probe(), database, limits=Limits(requests_per_second=0.001, burst=3))
    eager = strict.as_(PM, subject="eager")
    assert [(await eager.get("/notes")).status_code for _ in range(4)] == [200, 200, 200, 429]
    renewed = strict.as_(PM, Role.CONSULTANT, subject="eager")
    refused = await renewed.get("/notes", headers={"x-forwarded-for": "10.9.8.7"})
    assert (refused.status_code, code_of(refused)) == (429, "too_many_requests")
    assert int(refused.headers["retry-after"]) > 1
    assert (await strict.as_(PM, subject="neighbour").get("/notes")).status_code == 200
    assert (await strict.as_(PM, subject="eager", tenant=new_id()).get("/notes")).status_code == 200


def test_a_bucket_fills_steadily_and_never_over() -> None:
    now = 0.0
    rate = Rate(Limits(requests_per_second=2, burst=2), lambda: now)
    for at, taken in [(0.0, True), (0.0, True), (0.0, False), (0.5, True), (0.5, False), (99.0, True)]:
        now = at
        if taken:
            rate.take("somebody")
        else:
            with pytest.raises(TooManyRequests) as refused:
                rate.take("somebody")
            assert refused.value.retry_after == 1
    rate.take("somebody")
    with pytest.raises(TooManyRequests):
        rate.take("somebody")
