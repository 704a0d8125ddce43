"""Every no has the same shape: what, where, how to mend it, and nothing of the inside."""

from __future__ import annotations

import pytest

from shared.actor import NotPermitted, Role
from shared.errors import Conflict
from shared.ids import new_id
from shared.web import refusals
from tests.shared.web.conftest import StateHash, note, path
from tests.shared.web.probe import NoSuchNote, NoteIsSecret
from tests.support.api import Api, code_of

PM = Role.PROJECT_MANAGER


async def test_a_refusal_says_what_where_and_how_to_mend_it(probe: Api) -> None:
    answer = await probe.as_(PM).put(path(new_id()), json=note("secret"))
    assert answer.json() == {
        "type": "urn:throughline:problem:note_is_secret",
        "title": "Note is secret",
        "status": 409,
        "detail": "This note is secret.",
        "code": "note_is_secret",
        "mend": "Ask its author.",
        "errors": [{"pointer": "#/body/title", "detail": "This note is secret."}],
        "trace_id": None,
        "request_id": answer.headers["x-request-id"],
    }


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"title": "", "worth": "1"}, "#/body/title"),
        ({"worth": "1"}, "#/body/title"),
        ({"title": "x", "worth": "a lot"}, "#/body/worth"),
        ({"title": "x", "worth": "1", "lines": [{"words": 7}]}, "#/body/lines/0/words"),
        ({"title": "x", "worth": "1", "tenant_id": str(new_id())}, "#/body/tenant_id"),
        ({"title": "x", "worth": "1", "version": 7}, "#/body/version"),
    ],
)
async def test_a_misshapen_body_is_refused_where_it_is_wrong(
    probe: Api, state: StateHash, body: dict[str, object], pointer: str
) -> None:
    before = await state()
    answer = await probe.as_(PM).put(path(new_id()), json=body)
    assert (answer.status_code, code_of(answer)) == (422, "invalid_request")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await state() == before


@pytest.mark.parametrize("body", [b"{", b"[" * 10_000, b'"\\ud800"', b"\xff\xfe", b"NaN"])
async def test_a_body_that_is_no_json_is_refused(probe: Api, state: StateHash, body: bytes) -> None:
    before = await state()
    headers = {"content-type": "application/json"}
    answer = await probe.as_(PM).put(path(new_id()), content=body, headers=headers)
    assert answer.status_code in (400, 422) and code_of(answer)
    assert await state() == before


@pytest.mark.parametrize("title", ["a\x00b", "\ud800"])
async def test_text_that_cannot_be_kept_is_refused(probe: Api, state: StateHash, title: str) -> None:
    before = await state()
    escaped = "\\u0000" if "\x00" in title else "\\ud800"
    answer = await probe.as_(PM).put(
        path(new_id()),
        content=f'{{"title": "{escaped}", "worth": "1"}}'.encode(),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 422 and code_of(answer) in ("invalid_request", "does_not_fit")
    assert await state() == before


async def test_whoever_lacks_the_permission_is_refused_and_who_has_it_is_not(probe: Api, state: StateHash) -> None:
    where = path(new_id())
    before = await state()
    refused = await probe.as_(Role.CONSULTANT).put(where, json=note())
    assert (refused.status_code, code_of(refused)) == (403, "not_permitted")
    assert await state() == before
    assert (await probe.as_(PM).put(where, json=note())).status_code == 201


async def test_an_unknown_address_and_an_unknown_verb_are_problems_too(probe: Api) -> None:
    client = probe.as_(PM)
    unknown, verb = await client.get("/nowhere"), await client.delete(path(new_id()))
    assert (unknown.status_code, code_of(unknown)) == (404, "not_found")
    assert (verb.status_code, code_of(verb)) == (405, "method_not_allowed")
    assert verb.headers["allow"]


async def test_a_change_needs_the_version_it_was_made_for(probe: Api, state: StateHash) -> None:
    where, client = path(new_id()), probe.as_(PM)
    seen = (await client.put(where, json=note("first"))).headers["etag"]
    without = await client.patch(where, json={"title": "second"})
    assert (without.status_code, code_of(without)) == (422, "version_required")
    changed = await client.patch(where, json={"title": "second"}, headers={"if-match": seen})
    assert changed.status_code == 200 and changed.headers["etag"] != seen
    before = await state()
    late = await client.patch(where, json={"title": "third"}, headers={"if-match": seen})
    assert (late.status_code, code_of(late)) == (412, "stale")
    assert await state() == before


async def test_a_list_comes_in_pages_that_leave_nothing_out(probe: Api) -> None:
    client = probe.as_(PM)
    for number in range(5):
        await client.put(path(new_id()), json=note(f"note {number}"))
    titles, cursor = [], None
    while True:
        asked = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/notes", params=asked)).json()
        titles += [item["title"] for item in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert titles == [f"note {number}" for number in range(5)]


@pytest.mark.parametrize(
    ("asked", "code", "pointer"),
    [
        ({"cursor": "made up"}, "bad_cursor", "#/query/cursor"),
        ({"limit": 0}, "invalid_request", "#/query/limit"),
        ({"limit": 10**9}, "invalid_request", "#/query/limit"),
    ],
)
async def test_a_made_up_cursor_or_limit_is_refused(
    probe: Api, asked: dict[str, str | int], code: str, pointer: str
) -> None:
    answer = await probe.as_(PM).get("/notes", params=asked)
    assert (answer.status_code, code_of(answer)) == (422, code)
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_refusals_of_one_status_are_described_together() -> None:
    class Second(Conflict):
        """Not now."""

    described = refusals(NoteIsSecret, NoSuchNote, Second, NotPermitted)
    assert sorted(map(int, described)) == [403, 404, 409]
    assert described[409]["description"] == "`note_is_secret`: This note is secret.\n\n`second`: Not now."
