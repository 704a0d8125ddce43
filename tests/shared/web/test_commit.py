"""A request is one piece of work: it is committed before its answer leaves, or nothing of it is."""

from __future__ import annotations

from shared.actor import Role
from shared.ids import new_id
from tests.shared.web.conftest import Insider, StateHash, note, path
from tests.support.api import Api, code_of

PM = Role.PROJECT_MANAGER


async def test_an_answer_leaves_after_its_commit(probe: Api, insider: Insider) -> None:
    answer = await probe.as_(PM).put(path(new_id()), json=note("kept"))
    assert answer.status_code == 201
    assert await insider.fetchval("select count(*) from notes where title = 'kept'") == 1


async def test_a_commit_that_fails_is_an_answer_that_says_so(probe: Api, state: StateHash) -> None:
    before = await state()
    answer = await probe.as_(PM).put(path(new_id()), json=note("refused at commit"))
    assert (answer.status_code, code_of(answer)) == (409, "already_exists")
    assert await state() == before


async def test_a_refusal_takes_back_what_was_written_before_it(probe: Api, state: StateHash) -> None:
    before = await state()
    answer = await probe.as_(PM).put(path(new_id()), json=note("secret"))
    assert (answer.status_code, code_of(answer)) == (409, "note_is_secret")
    assert await state() == before


async def test_a_fault_tells_nothing_of_the_inside_and_changes_nothing(
    probe: Api, state: StateHash, insider: Insider
) -> None:
    await probe.as_(PM).put(path(new_id()), json=note("as it was"))
    before = await state()
    answer = await probe.as_(PM).post("/notes/fault")
    assert (answer.status_code, code_of(answer)) == (500, "internal_error")
    assert "secret" not in answer.text and "KeyError" not in answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert await state() == before


async def test_a_duplicate_that_only_the_database_sees_is_a_conflict(probe: Api, state: StateHash) -> None:
    await probe.as_(PM).put(path(new_id()), json=note("once"))
    before = await state()
    answer = await probe.as_(PM).put(path(new_id()), json=note("once"))
    assert (answer.status_code, code_of(answer)) == (409, "already_exists")
    assert await state() == before


async def test_a_reference_to_nothing_is_refused(probe: Api, state: StateHash) -> None:
    before = await state()
    answer = await probe.as_(PM).put(path(new_id()), json=note(about=str(new_id())))
    assert (answer.status_code, code_of(answer)) == (422, "refers_to_unknown")
    assert await state() == before
