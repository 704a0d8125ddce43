"""Before something takes effect on money it is seen: what the same rule would do, and nothing is done by looking."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.billing.amendments.actions import agree_amendment
from services.billing.contracts.model import Amendment, LineChange
from services.billing.effects.actions import effect_of
from services.billing.effects.model import Change, Effect
from services.billing.fee_progress.actions import state_progress
from services.billing.retainers.actions import bill_retainers
from shared.actor import Role
from shared.contracts import crm
from shared.ids import new_id
from shared.work import Work
from tests.support.api import BY_SCRIPT
from tests.support.billing import Billing, a_sale, a_sold_line

APRIL = date(2026, 4, 1)
RETAINER = a_sold_line(crm.BillingMethod.RETAINER, "8000.00", monthly_fee=Decimal(2000), description="Hotline")
BY_PERCENT = a_sold_line(crm.BillingMethod.FIXED_FEE_PERCENT, "10000.00", description="Migration")
Deed = Callable[[Work, UUID], Awaitable[object]]


async def more(work: Work, contract_id: UUID) -> None:
    """Let the client agree to 1,000 more of each line, and to two months more."""
    changes = [LineChange(line.line_id, Decimal(1000)) for line in (RETAINER, BY_PERCENT)]
    agreed = (date(2026, 3, 20), date(2026, 3, 2), "Clara Vogt", "More of it", changes, date(2026, 8, 1))
    await agree_amendment(work, Amendment(UUID(int=7), contract_id, "CO-7", *agreed))


async def forty_percent(work: Work, contract_id: UUID) -> None:
    """State how far the fixed fee is."""
    said = {"line_id": BY_PERCENT.line_id, "percent": Decimal(40), "stated_on": None, "reason": "Protocol"}
    await state_progress(work, contract_id=contract_id, **said)  # type: ignore[arg-type]


async def until_may(work: Work, contract_id: UUID) -> None:
    """Bill months ahead."""
    await bill_retainers(work, contract_id, up_to=date(2026, 5, 31))


async def nothing(work: Work, contract_id: UUID) -> None:
    """Leave everything as it is."""


async def a_contract(billing: Billing) -> UUID:
    """A retainer with a month billed, and a fixed fee that is a tenth done."""
    contract_id = await billing.sold(a_sale(RETAINER, BY_PERCENT))
    async with billing.work() as work:
        await bill_retainers(work, contract_id)
        said = {"line_id": BY_PERCENT.line_id, "percent": Decimal(10), "stated_on": None, "reason": "Kick-off"}
        await state_progress(work, contract_id=contract_id, **said)  # type: ignore[arg-type]
    return contract_id


async def seen(billing: Billing, contract_id: UUID, deed: Deed) -> Effect:
    """What a deed would do."""
    async with billing.work() as work:
        return await effect_of(work, contract_id, partial(deed, work, contract_id), on=APRIL)


@pytest.mark.parametrize("deed", [more, forty_percent, until_may])
async def test_what_is_seen_is_what_is_done_and_looking_does_nothing(billing: Billing, deed: Deed) -> None:
    contract_id = await a_contract(billing)
    before, told = await billing.digest(), await outbox_of(billing)

    effect = await seen(billing, contract_id, deed)
    assert not effect.is_nothing
    assert (await billing.digest(), await outbox_of(billing)) == (before, told), "looking keeps and announces nothing"

    async with billing.work() as work:
        await deed(work, contract_id)
    stands = (await seen(billing, contract_id, nothing)).before
    assert stands == effect.after
    assert sorted(one.value for one in stands.waiting.values()) == sorted(await open_values(billing))


async def test_an_amendment_shows_what_is_agreed_and_what_follows_of_what_was_billed(billing: Billing) -> None:
    effect = await seen(billing, await a_contract(billing), more)

    agreed = {one.last.description: one for one in effect.agreed}
    waiting = {one.last.description: one for one in effect.waiting}
    assert amounts(agreed["Migration"], "amount") == ["10000", "11000"]
    assert amounts(waiting["Migration"], "value") == ["1000", "1100"], "a tenth of it"
    assert effect.before.ends_before < effect.after.ends_before and effect.moves_the_end
    moved = [amounts(one, "value") for one in effect.waiting]
    assert f"{effect.to_bill:.0f}" == str(sum(int(then) - int(was) for was, then in moved))


async def test_a_page_shows_it_before_and_after_and_refuses_as_the_deed_does(billing: Billing) -> None:
    contract_id = await a_contract(billing)
    bella, here = billing.api.browser(Role.BILLING_CLERK), f"/contracts/{contract_id}"
    percent = {"contract_line_id": str(BY_PERCENT.line_id), "percent": "40", "reason": "Protocol"}

    stated = await bella.post(f"{here}/progress/effect", data=percent, headers=BY_SCRIPT)
    ahead = await bella.post(f"{here}/retainers/effect", data={"up_to": "2026-05-31"}, headers=BY_SCRIPT)
    again = await bella.post(f"{here}/retainers/effect", data={"up_to": "2026-03-31"}, headers=BY_SCRIPT)

    assert "€1,000.00" in stated.text and "€4,000.00" in stated.text and "€3,000.00" in stated.text
    assert ahead.text.count("€2,000.00") == 2 and "€4,000.00" in ahead.text, "April and May"
    assert "Nothing would change" in again.text
    future = await bella.post(f"{here}/progress/effect", data=percent | {"stated_on": "2026-04-30"}, headers=BY_SCRIPT)
    assert [one["pointer"] for one in future.json()["errors"]] == ["#/body/stated_on"]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PROJECT_MANAGER, Role.ADMINISTRATOR])
async def test_who_may_not_do_it_may_not_try_it(billing: Billing, role: Role) -> None:
    contract_id = await a_contract(billing)
    somebody, here = billing.api.browser(role), f"/contracts/{contract_id}"
    forms = {
        "progress": {"contract_line_id": str(BY_PERCENT.line_id), "percent": "40", "reason": "x"},
        "retainers": {"up_to": "2026-05-31"},
        "amendments": {
            **{"number": "CO-7", "approved_on": "2026-03-20", "effective_on": "2026-04-01"},
            **{"client_approver": "Clara Vogt", "reason": "More"},
        },
    }

    for name, form in forms.items():
        refused = await somebody.post(f"{here}/{name}/effect", data=form, headers=BY_SCRIPT)
        assert refused.status_code == 403, name
    unknown = billing.api.browser(Role.BILLING_CLERK)
    assert (await unknown.post(f"/contracts/{new_id()}/retainers/effect", headers=BY_SCRIPT)).status_code == 404


def amounts(change: Change[Any], name: str) -> list[str]:
    return [f"{getattr(each, name):.0f}" for each in (change.before, change.after)]


async def outbox_of(billing: Billing) -> int:
    async with billing.database.sessions() as session:
        return int(await session.scalar(text("select count(*) from msg.outbox")) or 0)


async def open_values(billing: Billing) -> list[Decimal]:
    return [one["value"] for one in await billing.rows("billable_items") if one["value"]]
