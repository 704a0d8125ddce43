"""Nobody does anything here without a token that was made out to them by our issuer."""

from __future__ import annotations

import base64
import json

import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.shared.web.conftest import StateHash, note, path
from tests.support.api import Api, code_of, token

PM = Role.PROJECT_MANAGER


def unsigned() -> str:
    """A good token whose header says that it needs no signature."""
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "at+jwt"}).encode()).decode().rstrip("=")
    return f"{header}.{token(PM).split('.')[1]}."


@pytest.mark.parametrize(
    "bearer",
    [
        pytest.param(None, id="none at all"),
        pytest.param("", id="an empty one"),
        pytest.param(token(PM, iss="https://elsewhere.test"), id="of another issuer"),
        pytest.param(token(PM, aud="another product"), id="of another audience"),
        pytest.param(token(PM, tenant=new_id(), header={"kid": "theirs"}), id="of a tenant with keys of its own"),
        pytest.param(token(PM, exp=1), id="expired"),
        pytest.param(unsigned(), id="unsigned"),
    ],
)
async def test_a_token_that_is_not_for_us_changes_nothing(probe: Api, state: StateHash, bearer: str | None) -> None:
    before = await state()
    where = path(new_id())
    refused = await probe.with_token(bearer).put(where, json=note())
    assert (refused.status_code, code_of(refused)) == (401, "not_logged_in")
    assert refused.headers["www-authenticate"] == "Bearer"
    assert await state() == before
    assert (await probe.with_token(token(PM)).put(where, json=note())).status_code == 201


async def test_a_token_in_the_address_is_no_token(probe: Api, state: StateHash) -> None:
    before = await state()
    answer = await probe.anonymous.put(path(new_id()), params={"access_token": token(PM)}, json=note())
    assert (answer.status_code, code_of(answer)) == (401, "not_logged_in")
    assert await state() == before


async def test_what_is_wrong_with_a_token_is_in_the_log_and_not_in_the_answer(
    probe: Api, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await probe.with_token(token(PM, aud="another product")).get("/notes")
    assert "audience" not in answer.text
    assert [record.getMessage() for record in caplog.records if record.name == "shared.web.problems"] == [
        "token refused: another audience"
    ]


async def test_another_tenant_sees_and_changes_nothing_of_ours(probe: Api, state: StateHash) -> None:
    where = path(new_id())
    seen = (await probe.as_(PM).put(where, json=note())).headers["etag"]
    before = await state()
    stranger = probe.as_(PM, tenant=new_id())
    renamed = await stranger.patch(where, json={"title": "mine now"}, headers={"if-match": seen})
    assert (renamed.status_code, code_of(renamed)) == (404, "no_such_note")
    assert (await stranger.get("/notes")).json() == {"items": [], "next": None}
    assert await state() == before
    assert (await probe.as_(PM).patch(where, json={"title": "ours"}, headers={"if-match": seen})).is_success
