"""An administrator keeps webhooks, those who see the books see the log, and nobody ever sees a secret."""

from __future__ import annotations

import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.billing.webhooks.conftest import SEALED, registered
from tests.support.api import code_of
from tests.support.billing import Billing
from tests.support.ledger import SECRET, a_new_entry, posted, sealed, sent

URL = "https://erp.example/hook"
BODY = {"url": URL, "secret": SECRET, "kinds": [SEALED]}


@pytest.mark.parametrize(
    ("different", "code", "pointer"),
    [
        ({"url": "https://10.0.0.7/"}, "bad_webhook_url", "#/body/url"),
        ({"url": "http://erp.example/"}, "invalid_request", "#/body/url"),
        ({"secret": "whsec_short"}, "bad_secret", "#/body/secret"),
        ({"legal_entity": "ZZZ"}, "no_books", None),
        ({"kinds": []}, "invalid_request", "#/body/kinds"),
    ],
)
async def test_what_cannot_be_told_is_not_registered(
    billing: Billing, different: dict[str, object], code: str, pointer: str | None
) -> None:
    refused = await billing.as_(Role.ADMINISTRATOR).put(f"/webhooks/{new_id()}", json={**BODY, **different})

    assert code_of(refused) == code
    assert pointer is None or [one["pointer"] for one in refused.json()["errors"]] == [pointer]
    assert await billing.rows("webhooks") == []


async def test_nobody_is_shown_a_secret(mapped: Billing) -> None:
    webhook_id = await registered(mapped, URL)
    ada = mapped.as_(Role.ADMINISTRATOR)
    browser = mapped.api.browser(Role.ADMINISTRATOR)

    said = [
        (await ada.get("/webhooks")).text,
        (await browser.get("/webhooks")).text,
        (await browser.get(f"/webhooks/{webhook_id}")).text,
        str(await mapped.rows("audit")),
    ]

    assert [URL in one for one in said] == [True] * 4
    assert [SECRET in one for one in said] == [False] * 4


async def test_nobody_does_what_their_role_does_not_allow(mapped: Billing) -> None:
    webhook_id = await registered(mapped, URL)
    await posted(mapped, a_new_entry())
    await sealed(mapped)
    [delivery] = await mapped.rows("webhook_deliveries")

    for role in Role:
        client = mapped.as_(role)
        answers = {
            "see": [
                await client.get("/webhooks"),
                await client.get(f"/webhooks/{webhook_id}/deliveries"),
                await client.get(f"/webhook-deliveries/{delivery['id']}"),
            ],
            "keep": [
                await client.put(f"/webhooks/{new_id()}", json=BODY),
                await client.post(f"/webhooks/{webhook_id}/stop"),
                await client.post(f"/webhooks/{webhook_id}/start"),
                await client.post(f"/webhooks/{webhook_id}/secret", json={"secret": SECRET}),
                await sent(client, f"/webhook-deliveries/{delivery['id']}/replay"),
            ],
        }
        allowed = {what for what, said in answers.items() if not any(one.status_code == 403 for one in said)}
        assert all({one.status_code == 403 for one in said} != {True, False} for said in answers.values()), role
        assert allowed == ALLOWED.get(role, set()), role


ALLOWED = {
    Role.CONTROLLER: {"see"},
    Role.BILLING_APPROVER: {"see"},
    Role.AUDITOR: {"see"},
    Role.ADMINISTRATOR: {"see", "keep"},
}


async def test_what_there_is_not_is_said_so(billing: Billing) -> None:
    ada, nothing = billing.as_(Role.ADMINISTRATOR), new_id()

    said = [
        await ada.get(f"/webhooks/{nothing}/deliveries"),
        await ada.post(f"/webhooks/{nothing}/stop"),
        await ada.post(f"/webhooks/{nothing}/secret", json={"secret": SECRET}),
        await ada.get(f"/webhook-deliveries/{nothing}"),
        await sent(ada, f"/webhook-deliveries/{nothing}/replay"),
    ]

    assert [code_of(one) for one in said] == ["no_such_webhook"] * 3 + ["no_such_delivery"] * 2


async def test_a_webhook_is_registered_in_a_form_and_its_log_read(mapped: Billing) -> None:
    browser = mapped.api.browser(Role.ADMINISTRATOR, subject="ada")
    form = {"url": URL, "secret": SECRET, "legal_entity": "", "kinds/0": SEALED}

    made = await browser.post("/webhooks", data=form, headers={"Idempotency-Key": str(new_id())})
    assert made.status_code == 303, made.text
    await posted(mapped, a_new_entry())
    await sealed(mapped)
    log = (await browser.get(made.headers["location"].removeprefix("/billing"))).text
    [delivery] = await mapped.rows("webhook_deliveries")
    shown = (await browser.get(f"/webhooks/deliveries/{delivery['id']}")).text

    assert "On its way" in log and "A batch was sealed" in log
    assert "manifest_sha256" in shown and "None yet" in shown
