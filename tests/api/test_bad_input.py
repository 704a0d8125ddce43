"""The mistakes that cost money elsewhere, made over HTTP: each is named, says how to mend it, and changes nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable

import httpx2
import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.api.scenes import Scene
from tests.api.stories import STRANGERS, a_month_of_work
from tests.support import billing as books
from tests.support import crm, delivery, ledger, news_for_delivery
from tests.support.api import code_of, token

WON = {"quote_reference": "Q-1"}
of_crm, of_delivery, of_billing = (
    pytest.mark.parametrize("scene", [service], indirect=True) for service in ("crm", "delivery", "billing")
)


async def refused(
    scene: Scene, sending: Awaitable[httpx2.Response], status: int, code: str, pointer: str | None = None
) -> None:
    """Check that what is sent is refused so, pointing there, with a way on, and that no row of any table changes."""
    before = await scene.digest()
    answer = await sending
    assert (answer.status_code, code_of(answer)) == (status, code), answer.text
    assert answer.json()["mend"]
    assert [one["pointer"] for one in answer.json()["errors"]] == ([pointer] if pointer else [])
    assert await scene.digest() == before


@of_crm
async def test_no_deal_is_won_without_lines_account_or_start(scene: Scene) -> None:
    rita = scene.story.api.as_(Role.SALES_REP, subject="rita")
    known = {"account_id": scene.known["account_id"]}
    bare = await crm.an_opportunity(rita, **known)
    homeless = await crm.an_opportunity(rita)
    timeless = await crm.an_opportunity(rita, **known, starts_on=None)
    for deal in (homeless, timeless):
        await crm.a_line(rita, deal["id"], crm.a_milestone_line())

    def win(deal: crm.Made) -> Awaitable[httpx2.Response]:
        return rita.post(f"/opportunities/{deal['id']}/close-as-won", json=WON)

    await refused(scene, win(bare), 409, "deal_without_lines", "#/body/lines")
    await refused(scene, win(homeless), 409, "deal_without_account", "#/body/account_id")
    await refused(scene, win(timeless), 409, "deal_without_start", "#/body/starts_on")


@of_delivery
async def test_nobody_approves_their_own_week_under_any_log_in(scene: Scene) -> None:
    approval = f"/timesheets/{scene.known['timesheet_id']}/approval"
    paula = scene.story.api.as_(Role.PROJECT_MANAGER, subject="paula")
    await refused(scene, paula.post(approval), 403, "own_timesheet")

    renamed = news_for_delivery.a_person(subject="paula.two", name="Paula Manager")
    await delivery.Delivery(scene.database, scene.story.api).hear(renamed, 2)
    again = scene.story.api.as_(Role.RESOURCE_MANAGER, subject="paula.two")
    await refused(scene, again.post(approval), 403, "own_timesheet")
    await refused(scene, paula.post(approval), 403, "own_timesheet")


@of_delivery
async def test_no_day_has_25_hours_however_they_are_sent(scene: Scene) -> None:
    paula = scene.story.api.as_(Role.PROJECT_MANAGER, subject="paula")

    def worked(minutes: int) -> dict[str, object]:
        return {"task_id": scene.known["task_id"], "day": "2026-03-09", "minutes": minutes}

    def at_once(*parts: int) -> Awaitable[httpx2.Response]:
        entries = [{"id": str(new_id()), **worked(minutes)} for minutes in parts]
        return paula.post("/time-entries", json={"entries": entries})

    entry = f"/time-entries/{new_id()}"
    await refused(scene, paula.put(entry, json=worked(1500)), 422, "invalid_request", "#/body/minutes")
    await refused(scene, at_once(750, 750), 422, "day_too_long", "#/body/entries/0/minutes")
    first = await crm.made(paula, entry, worked(1000))
    await refused(
        scene, paula.put(f"/time-entries/{new_id()}", json=worked(500)), 422, "day_too_long", "#/body/minutes"
    )
    await refused(scene, at_once(500), 422, "day_too_long", "#/body/entries/0/minutes")
    longer = paula.patch(entry, json={"minutes": 1441}, headers={"if-match": f'"{first["version"]}"'})
    await refused(scene, longer, 422, "invalid_request", "#/body/minutes")


@of_delivery
async def test_no_time_on_a_closed_project(scene: Scene) -> None:
    story = delivery.Delivery(scene.database, scene.story.api)
    project = await delivery.a_project(story)
    assert (await story.manager.post(f"/projects/{project['id']}/closure")).is_success

    late = {"task_id": delivery.a_task_of(project), "day": "2026-03-09", "minutes": 60}
    sending = story.manager.put(f"/time-entries/{new_id()}", json=late)
    await refused(scene, sending, 409, "time_on_closed_project", "#/body/task_id")


@of_billing
async def test_no_invoice_goes_out_unapproved_or_by_one_person(scene: Scene) -> None:
    story = books.Billing(scene.database, scene.story.api)
    anna = new_id()
    await story.hear(books.a_person_known("anna", anna))
    draft = await books.a_draft(story, await a_month_of_work(story), subject="anna")
    bruno = story.as_(Role.BILLING_APPROVER, subject="bruno")
    herself = [story.api.as_(Role.BILLING_APPROVER, subject=subject) for subject in ("anna", "anna.two")]
    await story.hear(books.a_person_known("anna.two", anna), 2)
    approval, issue = (f"/invoices/{draft['id']}/{verb}" for verb in ("approval", "issue"))

    await refused(scene, ledger.sent(bruno, issue), 409, "not_approved")
    for anybody in herself:
        await refused(scene, anybody.post(approval), 403, "own_invoice")
    assert (await bruno.post(approval)).is_success
    for anybody in herself:
        await refused(scene, ledger.sent(anybody, issue), 403, "own_invoice")
    await refused(scene, bruno.post(issue), 422, "idempotency_key_missing")


@of_billing
async def test_a_key_is_for_one_request(scene: Scene) -> None:
    carla = scene.story.api.as_(Role.CONTROLLER, subject="carla")
    key = {"idempotency-key": "march"}
    run = {"legal_entity": ledger.ENTITY, "period": "2026-03", "dry_run": True}
    assert (await carla.post("/recognition-runs", json=run, headers=key)).status_code == 201

    other = carla.post("/recognition-runs", json={**run, "dry_run": False}, headers=key)
    await refused(scene, other, 409, "idempotency_key_reused")


@of_billing
async def test_no_batch_is_sealed_with_an_unmapped_account(scene: Scene) -> None:
    controller = scene.story.api.as_(Role.CONTROLLER, subject="carla")
    account = {"legal_entity": ledger.ENTITY, "code": "4100", "name": "Licences", "kind": "income"}
    assert (await controller.put(f"/ledger-accounts/{new_id()}", json=account)).is_success
    await ledger.posted(
        books.Billing(scene.database, scene.story.api), ledger.a_new_entry(("1300", "5.00"), ("4100", "-5.00"))
    )

    asked = ledger.sent(controller, "/ledger-batches", ledger.SCOPE)
    await refused(scene, asked, 409, "unmapped_accounts", "#/body/target")


async def test_only_tokens_of_our_issuer_for_us_open_anything(scene: Scene) -> None:
    read = next(one for one in scene.operations if one.method == "GET" and one.names and one.names[0] in scene.known)
    everything = [*Role]
    ours = token(*everything, subject=scene.story.insider)
    assert (await scene.story.api.with_token(ours).request(**scene.request(read))).is_success

    for bad in (
        token(*everything, subject=scene.story.insider, iss="https://elsewhere.test"),
        token(*everything, subject=scene.story.insider, aud="another product"),
        token(*everything, subject=scene.story.insider, tenant=STRANGERS[0], header={"kid": "theirs"}),
        _unsigned(ours),
    ):
        client = scene.story.api.with_token(bad)
        for operation in (read, next(one for one in scene.operations if one.method == "PUT")):
            await refused(scene, client.request(**scene.request(operation)), 401, "not_logged_in")


def _unsigned(good: str) -> str:
    """The same token, saying that it needs no signature."""
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "at+jwt"}).encode()).decode().rstrip("=")
    return f"{header}.{good.split('.')[1]}."
