"""The database holds no secret that it could read, and the key that seals them can be replaced without a stop."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from services.billing.service import service
from services.billing.webhooks.model.webhook import signatures
from shared.actor import the_service
from shared.jobs import reseal_secrets
from shared.sealing import Seal
from shared.work import begin
from tests.billing.webhooks.conftest import SEALED, a_sealed_batch, let_time_pass, log_of, registered, work_off
from tests.support.api import MERIDIAN
from tests.support.billing import NOON, Billing
from tests.support.ledger import SECRET
from tests.support.receiver import Receiver

OLD, NEW = "5e" * 32, "a7" * 32
KEPT = text("select secret from webhook_secrets")
WRITE_PLAINLY = text("update webhook_secrets set secret = :secret")


async def kept(billing: Billing) -> str:
    """Read the only secret as the database has it."""
    async with begin(billing.database, the_service("billing", MERIDIAN), NOON) as work:
        return str((await work.session.execute(KEPT)).scalar_one())


async def reseal(billing: Billing) -> None:
    """Let a day begin, with its job."""
    async with billing.database.engine.begin() as connection:
        await connection.execute(text("delete from msg.job where kind = 'upkeep.reseal_secrets'"))
    await work_off(billing, kinds=(reseal_secrets(service.schema),))


async def results(billing: Billing) -> list[tuple[int, dict[str, int]]]:
    """Read how many secrets the job of each tenant has sealed anew, and what it says of the others."""
    async with billing.database.engine.begin() as connection:
        found = await connection.execute(
            text("select done, result from msg.job where kind = 'upkeep.reseal_secrets' and tenant_id = :tenant"),
            {"tenant": MERIDIAN},
        )
        return [(row.done, row.result) for row in found]


def is_signed(receiver: Receiver) -> bool:
    """Tell whether what was received last is signed with the webhook's secret."""
    one = receiver.received[-1]
    signed = f"{one.headers['webhook-id']}.{one.headers['webhook-timestamp']}.".encode() + one.body
    return one.headers["webhook-signature"] == signatures([SECRET], signed)


async def test_the_database_cannot_read_a_secret(mapped: Billing) -> None:
    await registered(mapped, "https://erp.example/hook")

    seen = await kept(mapped)
    assert SECRET not in seen
    assert (Seal.of(OLD).open("webhook", seen), Seal.of(NEW).open("webhook", seen)) == (SECRET, None)
    assert Seal.of(OLD).open("session", seen) is None


async def test_the_key_is_replaced_and_the_one_before_goes(
    mapped: Billing, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await registered(mapped, receiver.url(), SEALED)
    before = await kept(mapped)

    monkeypatch.setenv("SECRETS_KEY", f"{NEW},{OLD}")
    await reseal(mapped)
    monkeypatch.setenv("SECRETS_KEY", NEW)
    await a_sealed_batch(mapped)
    await work_off(mapped)

    assert await kept(mapped) != before
    assert await results(mapped) == [(1, {"unopened": 0})]
    assert is_signed(receiver)


async def test_what_is_sealed_by_the_newest_key_stays_as_it_is(mapped: Billing) -> None:
    await registered(mapped, "https://erp.example/hook")
    before = await kept(mapped)

    await reseal(mapped)

    assert (await kept(mapped), await results(mapped)) == (before, [(0, {"unopened": 0})])


async def test_a_secret_from_before_they_were_sealed_signs_and_is_sealed(mapped: Billing, receiver: Receiver) -> None:
    await registered(mapped, receiver.url(), SEALED)
    async with begin(mapped.database, the_service("billing", MERIDIAN), NOON) as work:
        await work.session.execute(WRITE_PLAINLY, {"secret": SECRET})
    await a_sealed_batch(mapped)
    await work_off(mapped)
    assert is_signed(receiver)

    await reseal(mapped)

    assert Seal.of(OLD).open("webhook", await kept(mapped)) == SECRET


async def test_without_its_key_nothing_is_sent_and_the_log_says_how_to_mend_it(
    mapped: Billing, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook_id = await registered(mapped, receiver.url(), SEALED)
    before = await kept(mapped)
    await a_sealed_batch(mapped)

    monkeypatch.setenv("SECRETS_KEY", NEW)
    await reseal(mapped)
    await work_off(mapped)

    [delivery] = await log_of(mapped, webhook_id)
    assert "Bring the key back" in delivery["tried"][0]["error"]
    assert (receiver.received, await kept(mapped)) == ([], before)
    assert await results(mapped) == [(0, {"unopened": 1})]
    monkeypatch.setenv("SECRETS_KEY", OLD)
    await let_time_pass(mapped)
    await work_off(mapped)
    assert is_signed(receiver)
