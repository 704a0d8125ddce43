"""Whoever logs in once is known to every service, and nobody else is."""

from __future__ import annotations

import asyncio
import re
from html import unescape

import httpx2
import pytest

from deploy.suite.issuer.client import FORM, TICKET
from deploy.suite.issuer.grants import Grants
from deploy.suite.issuer.issuer import Issuer
from shared.pages.session import inside
from shared.sealing import Seal
from tests.shared.pages.conftest import ORIGIN, PASSWORD, Suite
from tests.support.api import MERIDIAN
from tests.support.crm import CANARY

COOKIE = "throughline"
FORM_TOKEN = re.compile(r'name="form-token" content="([^"]+)"')


async def log_in(browser: httpx2.AsyncClient, name: str, at: str = "/crm/accounts") -> httpx2.Response:
    """Ask for a page, log in on the way, and give the page that the browser ends on."""
    return await _submit(browser, await browser.get(at), name=name, password=PASSWORD)


async def _submit(browser: httpx2.AsyncClient, shown: httpx2.Response, **said: str) -> httpx2.Response:
    form, ticket = FORM.search(shown.text), TICKET.search(shown.text)
    assert form and ticket, shown.text
    return await browser.post(unescape(form[1]), data={**said, "ticket": ticket[1]})


def form_token(shown: httpx2.Response) -> dict[str, str]:
    """The header by which a page's own scripts show where they come from."""
    found = FORM_TOKEN.search(shown.text)
    assert found, shown.text
    return {"x-csrf-token": found[1]}


def an_account(**different: str) -> dict[str, str]:
    return {"name": "Alpenglow", "currency": "EUR", **different}


ACCOUNT = "/crm/accounts/0198c0de-0000-7000-8000-0000000000a1"


async def test_who_logs_in_is_brought_to_the_page_and_known_to_every_service(browser: httpx2.AsyncClient) -> None:
    shown = await log_in(browser, "helen", at="/crm/accounts?q=alp")

    assert (shown.status_code, str(shown.url)) == (200, f"{ORIGIN}/crm/accounts?q=alp")
    assert "Helen Adler" in shown.text and "Meridian" in shown.text
    elsewhere = await browser.get("/billing/home")
    assert (elsewhere.status_code, elsewhere.history) == (200, [])


async def test_the_session_cannot_be_read_or_reached_by_scripts_and_stays_at_home(browser: httpx2.AsyncClient) -> None:
    await log_in(browser, "helen")
    shown = await browser.get("/crm/session/log-in?return_to=/crm/accounts")

    (kept,) = [one for one in shown.history[-1].headers.get_list("set-cookie") if one.startswith(f"{COOKIE}=")]
    assert "HttpOnly" in kept and "SameSite=lax" in kept and "Path=/" in kept and "Domain" not in kept
    assert len(kept) < 4096 and "helen" not in kept and kept.count(".") == 4


@pytest.mark.parametrize("at", ["/crm/accounts", "/crm/home", "/billing/home", ACCOUNT])
async def test_who_is_not_logged_in_sees_nothing(browser: httpx2.AsyncClient, at: str) -> None:
    sent = await browser.get(at, follow_redirects=False)
    told = await browser.get(at, headers={"hx-request": "true"}, follow_redirects=False)

    assert (sent.status_code, sent.headers["location"].split("?")[0]) == (303, f"/{at.split('/')[1]}/session/log-in")
    assert (told.status_code, told.json()["code"]) == (401, "not_logged_in")


async def test_a_cookie_of_another_key_or_purpose_or_that_was_touched_opens_nothing(
    browser: httpx2.AsyncClient,
) -> None:
    await log_in(browser, "helen")
    ours = browser.cookies[COOKIE]
    other = Seal([b"x" * 32]).close(
        "session", {"access_token": "a", "refresh_token": None, "expires_at": 9e9, "form_token": "f"}
    )
    head, key, iv, text, tag = ours.split(".")
    touched = ".".join((head, key, iv, ("A" if text[0] != "A" else "B") + text[1:], tag))

    for spoiled in (other, touched, ours[:-1], "nonsense", f"{head}..{iv}..{tag}"):
        browser.cookies.clear()
        answer = await browser.get("/crm/accounts", headers={"cookie": f"{COOKIE}={spoiled}"}, follow_redirects=False)
        assert answer.status_code == 303, spoiled


async def test_the_cookie_opens_no_api_and_a_token_opens_no_page(browser: httpx2.AsyncClient) -> None:
    await log_in(browser, "helen")
    assert (await browser.get("/crm/api/v1/accounts")).status_code == 401

    browser.cookies.clear()
    answer = await browser.get("/crm/accounts", headers={"authorization": "Bearer x"}, follow_redirects=False)
    assert answer.status_code == 303


async def test_a_change_is_made_by_our_own_forms_only(browser: httpx2.AsyncClient) -> None:
    token = form_token(await log_in(browser, "helen"))

    for given in ({}, {"x-csrf-token": "another"}, {"x-csrf-token": ""}):
        answer = await browser.post(ACCOUNT, data=an_account(), headers={**given, "hx-request": "true"})
        assert (answer.status_code, answer.json()["code"]) == (403, "form_not_ours")
    assert (await browser.get(ACCOUNT)).status_code == 404

    assert (await browser.post(ACCOUNT, data=an_account(), headers=token)).status_code == 200
    assert "Alpenglow" in (await browser.get(ACCOUNT)).text


async def test_a_form_without_scripts_carries_the_token_as_a_field(browser: httpx2.AsyncClient) -> None:
    token = form_token(await log_in(browser, "helen"))["x-csrf-token"]

    answer = await browser.post(ACCOUNT, data=an_account(csrf_token=token))

    assert (answer.status_code, str(answer.url)) == (200, ORIGIN + ACCOUNT)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "",
        "/a\nb",
    ],
)
async def test_nobody_is_led_elsewhere_after_the_log_in(browser: httpx2.AsyncClient, elsewhere: str) -> None:
    await log_in(browser, "helen")
    shown = await browser.get("/crm/session/log-in", params={"return_to": elsewhere}, follow_redirects=False)
    while shown.is_redirect and "session/logged-in" not in str(shown.url):
        shown = await browser.get(shown.headers["location"], follow_redirects=False)

    assert (shown.status_code, shown.headers["location"]) == (303, "/home")
    assert inside("/crm/accounts?q=a", "/home") == "/crm/accounts?q=a"


async def test_a_log_in_that_this_browser_did_not_begin_is_not_finished(browser: httpx2.AsyncClient) -> None:
    begun = await browser.get("/crm/session/log-in", follow_redirects=False)
    form = await browser.get(begun.headers["location"])
    browser.follow_redirects = False
    sent_back = (await _submit(browser, form, name="helen", password=PASSWORD)).headers["location"]
    for name in [name for name in browser.cookies if name.startswith("throughline-log-in")]:
        browser.cookies.delete(name)

    for address in (sent_back, "/crm/session/logged-in", "/crm/session/logged-in?state=a&code=b&error=denied"):
        answer = await browser.get(address)
        assert answer.status_code == 403 and "was not begun in this browser" in answer.text
    assert COOKIE not in browser.cookies


async def test_a_session_goes_on_by_itself_however_much_is_asked_at_the_same_time(
    suite: Suite, browser: httpx2.AsyncClient
) -> None:
    await log_in(browser, "helen")
    before = browser.cookies[COOKIE]
    suite.age(browser)
    aged = {"cookie": f"{COOKIE}={browser.cookies[COOKIE]}"}
    browser.cookies.clear()

    answers = await asyncio.gather(*(browser.get("/crm/accounts", headers=aged) for _ in range(4)))

    assert [(answer.status_code, answer.history) for answer in answers] == [(200, [])] * 4
    suite.sessions._renewals.clear()  # as if a minute had passed: only the new cookie is good from now on
    assert browser.cookies[COOKIE] not in (before, aged["cookie"])
    suite.age(browser)
    assert (await browser.get("/crm/accounts")).history == []


async def test_a_session_that_has_ended_is_told_beside_the_form_which_goes_on_after_the_next_log_in(
    suite: Suite, browser: httpx2.AsyncClient, issuer: Issuer
) -> None:
    token = form_token(await log_in(browser, "helen"))
    issuer.grants = Grants(issuer.grants.clock)  # the issuer was started anew
    suite.age(browser)
    asked = {**token, "hx-request": "true"}

    refused = await browser.post(ACCOUNT, data=an_account(), headers=asked)
    assert (refused.status_code, refused.json()["code"]) == (401, "not_logged_in")

    again = await browser.get("/crm/session/log-in?return_to=/crm/session/back")
    assert "You are logged in again" in again.text
    saved = await browser.post(ACCOUNT, data=an_account(), headers=asked)
    assert (saved.status_code, saved.headers["hx-redirect"]) == (204, ACCOUNT)


async def test_somebody_else_does_not_go_on_with_the_form_that_was_open(browser: httpx2.AsyncClient) -> None:
    token = form_token(await log_in(browser, "helen"))
    shown = await browser.get("/crm/session/log-in?prompt=login")

    choice = await _submit(browser, shown, name="ruth", password=PASSWORD)
    await _submit(browser, choice, tenant=str(MERIDIAN))

    refused = await browser.post(ACCOUNT, data=an_account(), headers={**token, "hx-request": "true"})
    assert (refused.status_code, refused.json()["code"]) == (403, "form_not_ours")


async def test_who_logs_out_is_out_everywhere_and_asked_for_the_password_again(browser: httpx2.AsyncClient) -> None:
    token = form_token(await log_in(browser, "helen"))
    assert (await browser.post("/crm/session/log-out")).status_code == 403

    left = await browser.post("/crm/session/log-out", headers=token)

    assert str(left.url) == f"{ORIGIN}/crm/session/logged-out" and COOKIE not in browser.cookies
    assert FORM.search((await browser.get("/billing/home")).text)


async def test_who_works_for_two_firms_chooses_and_sees_the_chosen_one_only(browser: httpx2.AsyncClient) -> None:
    writer = form_token(await log_in(browser, "helen"))
    await browser.post(ACCOUNT, data=an_account(), headers=writer)
    await browser.post("/crm/session/log-out", headers=writer)

    choice = await log_in(browser, "ruth")
    meridian = await _submit(browser, choice, tenant=str(MERIDIAN))
    assert "Meridian" in meridian.text and "Alpenglow" in meridian.text

    choice = await browser.get("/crm/session/log-in?prompt=select_account&return_to=/crm/accounts")
    nordic = await _submit(browser, choice, tenant=str(CANARY))
    assert "Nordic" in nordic.text and "Alpenglow" not in nordic.text
    assert (await browser.get(ACCOUNT)).status_code == 404


async def test_a_firm_that_one_does_not_belong_to_cannot_be_chosen(browser: httpx2.AsyncClient) -> None:
    choice = await log_in(browser, "ruth")

    refused = await _submit(browser, choice, tenant="0198c0de-0000-7000-8000-00000000ffff")

    assert refused.status_code == 403 and COOKIE not in browser.cookies
