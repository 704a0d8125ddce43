"""People log in by password through an application, programs by their secret, and nobody in any other way."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt

from deploy.suite.issuer.accounts import COMMAND_LINE
from deploy.suite.issuer.client import FORM, TICKET, LogInFailed, client_credentials, log_in, refresh
from deploy.suite.issuer.firm import everybody, issuer_of
from deploy.suite.issuer.grants import challenge_of
from deploy.suite.issuer.issuer import Issuer
from deploy.suite.issuer.keys import SigningKeys
from shared.actor import Role
from shared.auth import TokenRefused, Verifier
from tests.deploy.issuer.conftest import PASSWORD, SECRET, URL, Turned
from tests.support.api import MERIDIAN

VERIFIER = "v" * 43
REDIRECT = "http://127.0.0.1/logged-in"
ASKED = {
    "client_id": COMMAND_LINE.client_id,
    "redirect_uri": REDIRECT,
    "response_type": "code",
    "scope": "openid",
    "state": "the-state",
    "nonce": "the-nonce",
    "prompt": "login",
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
}


async def page(http: httpx2.AsyncClient, **asked: str) -> httpx2.Response:
    return await http.get("/issuer/authorize", params={**ASKED, **asked})


async def submit(http: httpx2.AsyncClient, **said: str) -> httpx2.Response:
    shown = await page(http)
    ticket = TICKET.search(shown.text)
    assert ticket and FORM.search(shown.text)
    form = {"name": "ines", "password": PASSWORD, "ticket": ticket[1], **said}
    return await http.post("/issuer/authorize", params=ASKED, data=form)


async def code(http: httpx2.AsyncClient) -> str:
    answer = await submit(http)
    assert answer.status_code == 303 and answer.headers["location"].startswith(f"{REDIRECT}?")
    given = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (given["state"], given["iss"]) == (["the-state"], [URL])
    return given["code"][0]


async def redeem(http: httpx2.AsyncClient, given: str, **said: str) -> httpx2.Response:
    proof = {"client_id": "command-line", "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    return await http.post("/issuer/token", data={"grant_type": "authorization_code", "code": given, **proof, **said})


def error_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


async def test_who_logs_in_gets_a_token_that_services_believe(http: httpx2.AsyncClient, verifier: Verifier) -> None:
    tokens = await log_in(http, "ines", PASSWORD)
    claims = await verifier.verify(tokens.access_token)
    assert (claims.subject, claims.tenant_id, claims.name) == ("ines", MERIDIAN, "Ines Keller")
    assert claims.roles == {Role.SALES_REP}
    assert tokens.expires_in == 900


async def test_a_program_logs_in_by_its_secret(http: httpx2.AsyncClient, verifier: Verifier) -> None:
    tokens = await client_credentials(http, "erp", SECRET)
    assert (await verifier.verify(tokens.access_token)).roles == {Role.ERP}
    assert tokens.refresh_token is None
    basic = await http.post("/issuer/token", data={"grant_type": "client_credentials"}, auth=("erp", SECRET))
    assert basic.status_code == 200


async def test_code_in_the_same_process_may_skip_the_page(issuer: Issuer, verifier: Verifier) -> None:
    assert (await verifier.verify(issuer.token_for("ines"))).subject == "ines"
    with pytest.raises(KeyError):
        issuer.token_for("nobody")


async def test_neither_the_id_token_nor_the_refresh_token_opens_a_service(
    http: httpx2.AsyncClient, verifier: Verifier
) -> None:
    tokens = await log_in(http, "ines", PASSWORD)
    for wrong in (tokens.id_token, tokens.refresh_token):
        assert wrong is not None
        with pytest.raises(TokenRefused):
            await verifier.verify(wrong)


async def test_the_id_token_is_for_the_application_that_asked(http: httpx2.AsyncClient, issuer: Issuer) -> None:
    tokens = (await redeem(http, await code(http))).json()
    said = jwt.decode(tokens["id_token"], issuer.keys.current).claims
    assert (said["aud"], said["nonce"], said["sub"], said["iss"]) == ("command-line", "the-nonce", "ines", URL)


@pytest.mark.parametrize(
    ("subject", "password"),
    [("ines", "wrong"), ("nobody", PASSWORD), ("erp", SECRET), ("ines", ""), ("", ""), ("ines", "x" * 5000)],
)
async def test_who_does_not_prove_it_stays_outside(http: httpx2.AsyncClient, subject: str, password: str) -> None:
    answer = await submit(http, name=subject, password=password)
    assert answer.status_code == 401 and "do not belong together" in answer.text
    assert (await submit(http)).status_code == 303


async def test_people_are_no_programs(http: httpx2.AsyncClient) -> None:
    with pytest.raises(LogInFailed, match="invalid_client"):
        await client_credentials(http, "ines", PASSWORD)
    with pytest.raises(LogInFailed, match="invalid_client"):
        await client_credentials(http, "erp", "wrong")


async def test_guessing_is_stopped_and_a_neighbour_is_not(http: httpx2.AsyncClient) -> None:
    for _ in range(6):
        assert (await submit(http, password="guess")).status_code == 401
    stopped = await submit(http)
    assert stopped.status_code == 429 and int(stopped.headers["retry-after"]) > 1
    assert (await client_credentials(http, "erp", SECRET)).access_token


async def test_a_form_that_is_not_ours_is_refused(http: httpx2.AsyncClient) -> None:
    assert (await submit(http, ticket="0" * 64)).status_code == 403
    shown = await page(http)
    ticket = TICKET.search(shown.text)
    assert ticket is not None
    http.cookies.clear()
    form = {"name": "ines", "password": PASSWORD, "ticket": ticket[1]}
    assert (await http.post("/issuer/authorize", params=ASKED, data=form)).status_code == 403
    assert (await submit(http)).status_code == 303


@pytest.mark.parametrize(
    "asked",
    [
        {"client_id": "unknown"},
        {"redirect_uri": "https://evil.test/"},
        {"redirect_uri": REDIRECT + "/"},
        {"redirect_uri": REDIRECT + "?x=1"},
        {"redirect_uri": REDIRECT.replace("127.0.0.1", "127.0.0.1.evil.test")},
    ],
)
async def test_nobody_is_sent_to_an_address_that_was_not_agreed(
    http: httpx2.AsyncClient, asked: dict[str, str]
) -> None:
    answer = await page(http, **asked)
    assert answer.status_code == 400 and "location" not in answer.headers
    assert (await page(http)).status_code == 200


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"state": ""}, "invalid_request"),
        ({"nonce": "two words"}, "invalid_request"),
    ],
)
async def test_an_application_that_asks_wrongly_is_told_so(
    http: httpx2.AsyncClient, asked: dict[str, str], error: str
) -> None:
    answer = await page(http, **asked)
    assert answer.status_code == 303 and answer.headers["location"].startswith(f"{REDIRECT}?error={error}&")


async def test_a_code_is_good_once(http: httpx2.AsyncClient) -> None:
    given = await code(http)
    first = await redeem(http, given)
    assert first.status_code == 200
    assert error_of(await redeem(http, given)) == (400, "invalid_grant")
    with pytest.raises(LogInFailed, match="invalid_grant"):  # whoever shows it twice may have stolen it
        await refresh(http, first.json()["refresh_token"])


@pytest.mark.parametrize(
    "said",
    [
        {"code_verifier": "w" * 43},
        {"redirect_uri": "http://127.0.0.1/elsewhere"},
        {"client_id": "another"},
        {"code": "guessed"},
    ],
)
async def test_a_code_is_good_for_who_asked_for_it(http: httpx2.AsyncClient, said: dict[str, str]) -> None:
    assert error_of(await redeem(http, await code(http), **said)) == (400, "invalid_grant")
    assert (await redeem(http, await code(http))).status_code == 200


async def test_a_code_is_good_for_a_minute(http: httpx2.AsyncClient, clock: Turned) -> None:
    in_time, late = await code(http), await code(http)
    clock.turn(timedelta(seconds=59))
    assert (await redeem(http, in_time)).status_code == 200
    clock.turn(timedelta(seconds=1))
    assert error_of(await redeem(http, late)) == (400, "invalid_grant")


async def test_twins_with_one_code_get_one_token(http: httpx2.AsyncClient) -> None:
    given = await code(http)
    answers = await asyncio.gather(*(redeem(http, given) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]


async def test_a_refresh_token_is_replaced_and_shown_twice_ends_the_log_in(
    http: httpx2.AsyncClient, verifier: Verifier
) -> None:
    first = (await log_in(http, "ines", PASSWORD)).refresh_token
    assert first is not None
    second = (await refresh(http, first)).refresh_token
    assert second not in (None, first)
    with pytest.raises(LogInFailed, match="invalid_grant"):
        await refresh(http, first)
    with pytest.raises(LogInFailed, match="invalid_grant"):
        await refresh(http, str(second))
    assert (await verifier.verify((await log_in(http, "ines", PASSWORD)).access_token)).subject == "ines"


async def test_a_log_in_ends_after_eight_hours_however_often_refreshed(http: httpx2.AsyncClient, clock: Turned) -> None:
    token = (await log_in(http, "ines", PASSWORD)).refresh_token
    for _ in range(7):
        clock.turn(timedelta(hours=1))
        token = (await refresh(http, str(token))).refresh_token
    clock.turn(timedelta(hours=1))
    with pytest.raises(LogInFailed, match="invalid_grant"):
        await refresh(http, str(token))


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"grant_type": "password", "username": "ines", "password": PASSWORD}, "unsupported_grant_type"),
        ({}, "invalid_request"),
        ({"grant_type": ["authorization_code", "refresh_token"]}, "invalid_request"),
        ({"grant_type": "refresh_token", "client_id": "command-line"}, "invalid_request"),
    ],
)
async def test_another_way_to_a_token_there_is_not(http: httpx2.AsyncClient, said: dict[str, Any], error: str) -> None:
    answer = await http.post("/issuer/token", data=said)
    assert error_of(answer) == (400, error) and answer.headers["cache-control"] == "no-store"


async def test_the_page_runs_no_script_and_cannot_be_framed(http: httpx2.AsyncClient) -> None:
    shown = await page(http, state="<script>alert(1)</script>")
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "form-action 'self' http://127.0.0.1" in policy
    assert "<script" not in shown.text and 'lang="en"' in shown.text
    assert (await http.get("/issuer/static/log-in.css")).headers["content-type"].startswith("text/css")
    hostile = await submit(http, name='"><script>alert(1)</script>', password="x")
    assert "<script" not in hostile.text
    cookie = shown.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "path=/issuer" in cookie


async def test_an_oversized_form_is_refused(http: httpx2.AsyncClient) -> None:
    assert (await http.post("/issuer/token", data={"grant_type": "x" * 70_000})).status_code == 413


async def test_a_new_key_signs_and_the_old_one_still_proves(issuer: Issuer, verifier: Verifier, clock: Turned) -> None:
    old = issuer.token_for("ines")
    await verifier.verify(old)
    issuer.keys.rotate()
    clock.turn(timedelta(seconds=31))
    assert (await verifier.verify(issuer.token_for("ines"))).subject == "ines"
    assert (await verifier.verify(old)).subject == "ines"
    issuer.keys.rotate()
    clock.turn(timedelta(minutes=5))
    with pytest.raises(TokenRefused):
        await verifier.verify(old)


def test_keys_are_kept_for_us_alone_and_found_again(tmp_path: Path) -> None:
    file = tmp_path / "issuer-keys.json"
    made = SigningKeys(file)
    made.rotate()
    assert file.stat().st_mode & 0o777 == 0o600
    assert SigningKeys(file).public() == made.public() and len(made.public()["keys"]) == 2
    assert all("d" not in key for key in made.public()["keys"])
    assert [path.name for path in tmp_path.iterdir()] == ["issuer-keys.json"]


def test_everybody_of_the_demo_firm_may_log_in(tmp_path: Path) -> None:
    issuer = issuer_of(tmp_path / "data", "http://127.0.0.1:8080/")
    assert issuer.url == "http://127.0.0.1:8080/issuer"
    roles = {role for account in everybody() for role in account.roles}
    assert roles == set(Role)
    assert all(issuer.token_for(account.subject) for account in everybody())
