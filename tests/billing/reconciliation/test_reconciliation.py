"""The journal, its batches and the ERP agree by themselves, or it is said exactly which entries make the difference."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.actor import Role
from tests.support.api import code_of
from tests.support.billing import Billing
from tests.support.databases import Databases
from tests.support.ledger import (
    ACCEPTED,
    SCOPE,
    a_new_entry,
    answered,
    appoint_erp,
    map_accounts,
    posted,
    sealed,
    sent,
)


@pytest.fixture
async def mapped(billing: Billing) -> Billing:
    """Serve billing with every account mapped and the ERP appointed."""
    await map_accounts(billing)
    await appoint_erp(billing)
    return billing


async def accounts(billing: Billing) -> dict[str, tuple[str, str, str, int]]:
    """Each account: journal, sealed, accepted, and how many entries deviate."""
    answer = (await billing.as_(Role.AUDITOR).get("/reconciliation", params=SCOPE)).json()
    found = {
        one["account"]: (one["ledger"], one["sealed"], one["accepted"], one["deviating"]) for one in answer["accounts"]
    }
    assert answer["agrees"] == all(
        journal == accepted and not deviating for journal, _, accepted, deviating in found.values()
    )
    return found


async def causes(billing: Billing) -> list[tuple[str, str, Any]]:
    """Each deviating entry: which, why, in which batch."""
    answer = (await billing.as_(Role.AUDITOR).get("/reconciliation/deviations", params=SCOPE)).json()
    return [(one["entry_id"], one["cause"], one["batch_number"]) for one in answer["items"]]


async def test_a_month_agrees_once_the_erp_has_accepted_all_of_it(mapped: Billing) -> None:
    await posted(mapped, a_new_entry(), a_new_entry(("1200", "50.00"), ("4000", "-50.00")))
    await posted(mapped, a_new_entry(on=date(2026, 4, 1)))
    batch = await sealed(mapped)
    await answered(mapped, batch["id"], **ACCEPTED)

    assert await accounts(mapped) == {
        "1200": ("50.00", "50.00", "50.00", 0),
        "1300": ("100.00", "100.00", "100.00", 0),
        "4000": ("-150.00", "-150.00", "-150.00", 0),
    }
    assert await causes(mapped) == []


async def test_every_entry_that_makes_the_difference_is_named_with_its_cause(mapped: Billing) -> None:
    refused, taken, waits = await posted(mapped, *(a_new_entry(on=date(2026, 3, day)) for day in (1, 2, 3)))
    batch = await sealed(mapped)
    said = [
        {"entry_id": str(refused.id), "answer": "rejected", "reason": "Blocked"},
        {"entry_id": str(taken.id), "answer": "accepted"},
    ]
    await answered(mapped, batch["id"], answer="by_entry", entries=said)
    [late] = await posted(mapped, a_new_entry(on=date(2026, 3, 4)))

    assert await accounts(mapped) == {
        "1300": ("400.00", "300.00", "100.00", 3),
        "4000": ("-400.00", "-300.00", "-100.00", 3),
    }
    assert await causes(mapped) == [
        (str(refused.id), "rejected", 1),
        (str(waits.id), "waiting", 1),
        (str(late.id), "unsealed", None),
    ]


async def test_what_was_corrected_counts_where_it_went_on(mapped: Billing) -> None:
    [entry] = await posted(mapped, a_new_entry())
    batch = await sealed(mapped)
    await answered(mapped, batch["id"], answer="rejected", reason="Closed")
    controller = mapped.as_(Role.CONTROLLER)
    correction = (await sent(controller, f"/ledger-batches/{batch['id']}/correction")).json()
    assert await causes(mapped) == [(str(entry.id), "waiting", 2)]

    await answered(mapped, correction["id"], **ACCEPTED)

    assert await causes(mapped) == []
    assert (await accounts(mapped))["1300"] == ("100.00", "100.00", "100.00", 0)


async def test_entries_that_cancel_out_on_an_account_are_missed_all_the_same(mapped: Billing) -> None:
    back = a_new_entry(("1300", "-100.00"), ("4000", "100.00"))
    await posted(mapped, a_new_entry(), back)

    assert await accounts(mapped) == {"1300": ("0.00", "0.00", "0.00", 2), "4000": ("0.00", "0.00", "0.00", 2)}
    assert [cause for _, cause, _ in await causes(mapped)] == ["unsealed", "unsealed"]


async def test_a_journal_that_was_changed_behind_the_bytes_shows(mapped: Billing, databases: Databases) -> None:
    [entry] = await posted(mapped, a_new_entry())
    batch = await sealed(mapped)
    await answered(mapped, batch["id"], **ACCEPTED)

    engine = create_async_engine(databases.postgres.superuser_dsn(mapped.database.engine.url.database or ""))
    async with engine.begin() as connection:
        await connection.execute(text("set session_replication_role = replica"))
        moved = "update journal_lines set amount = amount * 2 where entry_id = :entry"
        await connection.execute(text(moved), {"entry": entry.id})
    await engine.dispose()

    assert await accounts(mapped) == {
        "1300": ("200.00", "100.00", "100.00", 1),
        "4000": ("-200.00", "-100.00", "-100.00", 1),
    }
    assert await causes(mapped) == [(str(entry.id), "changed", 1)]


async def test_deviations_come_page_by_page_and_accounts_as_a_file(mapped: Billing) -> None:
    await posted(mapped, *(a_new_entry(on=date(2026, 3, day)) for day in (1, 2, 3)))
    auditor = mapped.as_(Role.AUDITOR)

    first = (await auditor.get("/reconciliation/deviations", params={**SCOPE, "limit": "2"})).json()
    rest = (await auditor.get("/reconciliation/deviations", params={**SCOPE, "cursor": first["next"]})).json()
    file = await auditor.get("/reconciliation/csv", params=SCOPE)

    assert [one["posted_on"] for one in [*first["items"], *rest["items"]]] == ["2026-03-01", "2026-03-02", "2026-03-03"]
    rows = list(csv.DictReader(StringIO(file.content.decode("utf-8-sig"))))
    assert [(one["account"], one["ledger"], one["accepted"], one["agrees"]) for one in rows] == [
        ("1300", "300.00", "0.00", "False"),
        ("4000", "-300.00", "0.00", "False"),
    ]


async def test_only_those_who_see_the_books_see_it_and_bad_questions_are_told(mapped: Billing) -> None:
    for role in Role:
        allowed = role in {Role.CONTROLLER, Role.BILLING_APPROVER, Role.AUDITOR}
        for path in ("", "/deviations", "/csv"):
            answer = await mapped.as_(role).get(f"/reconciliation{path}", params=SCOPE)
            assert answer.status_code == (200 if allowed else 403), (role, path)
    auditor = mapped.as_(Role.AUDITOR)
    assert code_of(await auditor.get("/reconciliation", params={**SCOPE, "legal_entity": "ZZZ"})) == "no_books"
    assert code_of(await auditor.get("/reconciliation", params={**SCOPE, "period": "2026-13"})) == "bad_month"


async def test_the_page_says_whether_everything_agrees_and_where_not(mapped: Billing) -> None:
    carla = mapped.api.browser(Role.CONTROLLER, subject="carla")
    nothing = (await carla.get("/reconciliation")).text
    await posted(mapped, a_new_entry())
    differs = (await carla.get("/reconciliation", params=SCOPE)).text
    batch = await sealed(mapped)
    await answered(mapped, batch["id"], **ACCEPTED)
    agrees = (await carla.get("/reconciliation", params=SCOPE)).text

    assert "Nothing was posted in this month" in nothing
    assert "In no batch yet" in differs and "Not everything agrees" in differs
    assert "Everything agrees" in agrees and "No differences" in agrees
