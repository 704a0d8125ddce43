"""Asking twice does it once, whatever happened between the two."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from shared.actor import Role, the_service
from shared.clock import wall_clock
from shared.database import Database
from shared.ids import new_id
from shared.web.idempotency import forget
from shared.work import begin
from tests.shared.web.conftest import Insider, StateHash, note, path
from tests.shared.web.probe import Probe
from tests.support.api import MERIDIAN, Api, api, code_of

PM = Role.PROJECT_MANAGER


async def test_creating_again_gives_the_first_answer(probe: Api, state: StateHash) -> None:
    where = path(new_id())
    first = await probe.as_(PM).put(where, json=note())
    before = await state()
    again = await probe.as_(PM).put(where, json=note())
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (again.headers["etag"], again.headers["location"]) == (first.headers["etag"], first.headers["location"])
    assert again.headers["content-type"] == first.headers["content-type"]
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert await state() == before


async def test_creating_something_else_under_the_same_id_is_a_conflict(probe: Api, state: StateHash) -> None:
    where = path(new_id())
    await probe.as_(PM).put(where, json=note())
    before = await state()
    other = await probe.as_(PM).put(where, json=note("another"))
    assert (other.status_code, code_of(other)) == (409, "already_exists")
    assert await state() == before


async def test_a_key_for_another_body_is_a_conflict(probe: Api, state: StateHash) -> None:
    where, key = path(new_id()) + "/copies", {"idempotency-key": "k-1"}
    assert (await probe.as_(PM).post(where, json=note(), headers=key)).status_code == 200
    before = await state()
    other = await probe.as_(PM).post(where, json=note("another"), headers=key)
    assert (other.status_code, code_of(other)) == (409, "idempotency_key_reused")
    assert "new key" in other.json()["mend"]
    assert await state() == before


async def test_a_key_belongs_to_one_subject_of_one_tenant(probe: Api) -> None:
    where, key = path(new_id()) + "/copies", {"idempotency-key": "k-1"}
    await probe.as_(PM).post(where, json=note(), headers=key)
    colleague = await probe.as_(PM, subject="colleague").post(
        path(new_id()) + "/copies", json=note("theirs"), headers=key
    )
    stranger = await probe.as_(PM, tenant=new_id()).post(where, json=note(), headers=key)
    assert colleague.json()["title"] == "theirs"
    assert stranger.status_code == 200 and "idempotency-replayed" not in stranger.headers


async def test_twins_at_the_same_time_do_it_once(probe: Api, insider: Insider) -> None:
    where, key = path(new_id()) + "/copies", {"idempotency-key": "twin"}
    client = probe.as_(PM)
    answers = await asyncio.gather(*(client.post(where, json=note("twin"), headers=key) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sorted("idempotency-replayed" in answer.headers for answer in answers) == [False, True, True, True]
    assert await insider.fetchval("select count(*) from notes") == 1


async def test_a_committed_answer_is_given_again_by_a_process_that_never_gave_it(
    probe: Api, database: Database, state: StateHash
) -> None:
    """The first process died between its commit and its answer: another one has only the database."""
    where = path(new_id())
    await probe.as_(PM).put(where, json=note())
    before = await state()
    survivor = api(Probe(), database)
    again = await survivor.as_(PM).put(where, json=note())
    assert again.status_code == 201 and again.headers["idempotency-replayed"] == "true"
    assert await state() == before


async def test_a_refused_request_may_be_mended_under_the_same_key(probe: Api) -> None:
    where = path(new_id())
    refused = await probe.as_(PM).put(where, json=note("secret"))
    mended = await probe.as_(PM).put(where, json=note("open"))
    assert (refused.status_code, mended.status_code) == (409, 201)


async def test_what_moves_money_needs_a_key_and_moves_it_once(probe: Api, state: StateHash) -> None:
    note_id = new_id()
    client = probe.as_(PM)
    await client.put(path(note_id), json=note())
    before = await state()
    without = await client.post(path(note_id) + "/payment")
    assert (without.status_code, code_of(without)) == (422, "idempotency_key_missing")
    assert await state() == before
    for _ in range(2):
        paid = await client.post(path(note_id) + "/payment", headers={"idempotency-key": "pay"})
        assert paid.json()["worth"] == "20.00"


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there"])
async def test_a_malformed_key_is_refused(probe: Api, state: StateHash, key: str) -> None:
    before = await state()
    answer = await probe.as_(PM).post(path(new_id()) + "/copies", json=note(), headers={"idempotency-key": key})
    assert (answer.status_code, code_of(answer)) == (422, "idempotency_key_malformed")
    assert await state() == before


async def test_nobody_sees_a_stored_answer_of_another_tenant(probe: Api, state: StateHash) -> None:
    where = path(new_id())
    await probe.as_(PM).put(where, json=note("ours"))
    before = await state()
    other = await probe.as_(PM, tenant=new_id()).get(where)
    assert (other.status_code, code_of(other)) == (404, "no_such_note")
    assert await state() == before


async def test_old_answers_are_forgotten_and_the_record_still_guards_itself(
    probe: Api, database: Database, insider: Insider
) -> None:
    where = path(new_id())
    await probe.as_(PM).put(where, json=note())
    async with begin(database, the_service("probe", MERIDIAN), wall_clock()) as work:
        await forget(work, wall_clock() + timedelta(seconds=1))
    assert await insider.fetchval("select count(*) from idempotency") == 0
    again = await probe.as_(PM).put(where, json=note())
    assert (again.status_code, code_of(again)) == (409, "already_exists")
