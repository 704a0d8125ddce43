"""What is posted is posted once, balanced, in an open month, for good: the database sees to it too."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.billing.ledger.actions import open_chart, post_entries, post_entry
from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import EntryDiffers, Source, SourceKind, Unbalanced
from shared.actor import Role
from shared.ids import new_id
from tests.support.billing import NOON, Billing
from tests.support.ledger import LAST_OF_MARCH, a_new_entry, by_itself, posted, trial_balance

ENTRY = text(
    "insert into journal_entries (id, legal_entity, currency, functional_currency, posted_on, service_from,"
    " service_before, text, source_kind, source_id, source_leg, line_count, recorded_at, recorded_by)"
    " values (:id, 'MER', 'EUR', 'EUR', :on, :on, date '2026-04-01', 'By hand', 'adjustment', :id, '1', :line_count,"
    " :at, 'mallory')"
)
LINE = text(
    "insert into journal_lines (entry_id, position, account_id, amount, functional_amount)"
    " select :entry, :position, id, :amount, :functional from ledger_accounts"
    " where legal_entity = 'MER' and code = :account"
)
Side = tuple[str, str]


async def insert_past_the_rules(
    billing: Billing, *sides: Side, line_count: int, on: date = LAST_OF_MARCH, functional: Sequence[str] = ()
) -> None:
    """Write an entry as the app role may, without asking the model."""
    async with billing.work() as work:
        entry_id = new_id()
        values: dict[str, Any] = {"id": entry_id, "line_count": line_count, "on": on, "at": NOON}
        await work.session.execute(ENTRY, values)
        for position, (account, amount) in enumerate(sides, start=1):
            in_books = functional[position - 1] if functional else amount
            amounts = {"amount": Decimal(amount), "functional": Decimal(in_books)}
            line = {"entry": entry_id, "position": position, "account": account, **amounts}
            await work.session.execute(LINE, line)


async def test_an_entry_posted_twice_stands_once(billing: Billing) -> None:
    wanted = a_new_entry()

    [first] = await posted(billing, wanted)
    [second] = await posted(billing, replace(wanted, on=date(2026, 4, 1)))

    assert (second.id, second.posted_on) == (first.id, LAST_OF_MARCH)
    assert await trial_balance(billing) == {"1300": Decimal(100), "4000": Decimal(-100)}


async def test_an_entry_posted_twice_in_one_work_stands_once(billing: Billing) -> None:
    wanted = a_new_entry()

    async with billing.work(Role.CONTROLLER) as work:
        await post_entries(work, [wanted, wanted])

    assert len(await billing.rows("journal_entries")) == 1


async def test_the_same_source_with_other_amounts_is_refused(billing: Billing) -> None:
    wanted = a_new_entry()
    await posted(billing, wanted)

    with pytest.raises(EntryDiffers):
        await posted(billing, replace(wanted, lines=a_new_entry(("1300", "7.00"), ("4000", "-7.00")).lines))


async def test_the_same_source_at_the_same_time_is_posted_once(billing: Billing) -> None:
    wanted = a_new_entry()

    await asyncio.gather(*(posted(billing, wanted) for _ in range(5)))

    assert await trial_balance(billing) == {"1300": Decimal(100), "4000": Decimal(-100)}


async def test_three_thousand_entries_are_posted_in_one_work(billing: Billing) -> None:
    async with billing.work(Role.CONTROLLER) as work:
        entries = await post_entries(work, [a_new_entry() for _ in range(3000)])

    assert len({entry.id for entry in entries}) == 3000
    assert (await trial_balance(billing))["1300"] == Decimal(300_000)


async def test_an_unbalanced_entry_leaves_nothing_behind(billing: Billing) -> None:
    async with billing.work(Role.CONTROLLER) as work:
        with pytest.raises(Unbalanced):
            await post_entries(work, [a_new_entry(), a_new_entry(("1300", "1.00"), ("4000", "-1.01"))])

    assert await billing.rows("journal_entries") == []


@pytest.mark.parametrize(
    ("sides", "line_count"),
    [
        ([("1300", "100.00"), ("4000", "-99.99")], 2),
        ([("1300", "100.00"), ("4000", "-99.996")], 2),
        ([("1300", "100.00")], 1),
        ([], 0),
        ([("1300", "100.00"), ("4000", "-100.00")], 3),
        ([("1300", "100.00"), ("4000", "-100.00"), ("4900", "0.00")], 3),
    ],
    ids=["a cent", "less than a cent", "one side", "no side", "a line is missing", "an empty line"],
)
async def test_the_database_refuses_an_entry_that_is_not_whole(
    billing: Billing, sides: Sequence[Side], line_count: int
) -> None:
    [standing] = await posted(billing, a_new_entry())

    with pytest.raises(DBAPIError, match=r"does not balance|lines, it was posted with|says_something"):
        await insert_past_the_rules(billing, *sides, line_count=line_count)

    assert [row["id"] for row in await billing.rows("journal_entries")] == [standing.id]


async def test_the_database_refuses_an_entry_that_does_not_balance_in_the_functional_currency(billing: Billing) -> None:
    [standing] = await posted(billing, a_new_entry())

    with pytest.raises(DBAPIError, match="does not balance in the functional currency"):
        await insert_past_the_rules(
            billing, ("1300", "100.00"), ("4000", "-100.00"), line_count=2, functional=["150.00", "-149.99"]
        )

    assert [row["id"] for row in await billing.rows("journal_entries")] == [standing.id]


async def test_the_database_takes_an_entry_that_is_whole(billing: Billing) -> None:
    await posted(billing, a_new_entry())  # opens the month

    await insert_past_the_rules(billing, ("1300", "5.00"), ("4000", "-5.00"), line_count=2)

    assert (await trial_balance(billing))["1300"] == Decimal(105)


async def test_no_line_is_added_to_what_was_posted(billing: Billing) -> None:
    [entry] = await posted(billing, a_new_entry())

    with pytest.raises(DBAPIError, match="has 4 lines, it was posted with 2"):
        async with billing.work() as work:
            for position, amount in ((3, "5.00"), (4, "-5.00")):
                amounts = {"amount": Decimal(amount), "functional": Decimal(amount)}
                line = {"entry": entry.id, "position": position, "account": "1300", **amounts}
                await work.session.execute(LINE, line)


@pytest.mark.parametrize("table", ["journal_entries", "journal_lines"])
@pytest.mark.parametrize("change", ["update {table} set tenant_id = tenant_id", "delete from {table}"])
async def test_the_app_role_may_not_change_what_was_posted(billing: Billing, table: str, change: str) -> None:
    await posted(billing, a_new_entry())

    with pytest.raises(DBAPIError, match="permission denied"):
        async with billing.work(Role.CONTROLLER) as work:
            await work.session.execute(text(change.format(table=table)))


async def test_what_comes_late_by_itself_goes_to_the_first_open_month_and_keeps_its_service_days(
    billing: Billing,
) -> None:
    await _close_march(billing)

    async with by_itself(billing) as work:
        entry = await post_entry(work, a_new_entry(on=date(2026, 3, 17)))

    assert (entry.posted_on, entry.service_from, entry.service_before) == (
        date(2026, 4, 1),
        date(2026, 3, 17),
        date(2026, 3, 18),
    )


async def test_the_database_refuses_a_closed_month_too(billing: Billing) -> None:
    await _close_march(billing)

    with pytest.raises(DBAPIError, match="are closed on 2026-03-31"):
        await insert_past_the_rules(billing, ("1300", "5.00"), ("4000", "-5.00"), line_count=2)


async def test_a_role_that_moved_to_another_account_changes_only_what_comes_after(billing: Billing) -> None:
    before = a_new_entry()
    await posted(billing, before)
    chart = (await billing.as_(Role.AUDITOR).get("/ledger-accounts", params={"legal_entity": "MER"})).json()
    receivable = next(one["id"] for one in chart["accounts"] if one["code"] == "1200")

    answer = await billing.as_(Role.CONTROLLER).post(
        f"/ledger-accounts/{receivable}/posting-roles", json={"role": PostingRole.CONTRACT_ASSET.value}
    )
    assert answer.is_success, answer.text
    await posted(billing, before, a_new_entry())

    assert await trial_balance(billing) == {"1200": Decimal(100), "1300": Decimal(100), "4000": Decimal(-200)}


async def test_a_chart_opened_twice_stands_once(billing: Billing) -> None:
    before = await billing.rows("ledger_accounts")

    async with by_itself(billing) as work:
        await open_chart(work, "MER")

    assert await billing.rows("ledger_accounts") == before


async def test_a_source_may_have_several_legs(billing: Billing) -> None:
    source = Source(SourceKind.ADJUSTMENT, new_id())

    await posted(billing, a_new_entry(source=source), a_new_entry(source=replace(source, leg="2")))

    assert len(await billing.rows("journal_entries")) == 2


async def _close_march(billing: Billing) -> None:
    async with billing.work(Role.CONTROLLER) as work:
        await work.session.execute(
            text(
                "insert into fiscal_periods (id, legal_entity, starts_on, ends_before, status, version)"
                " values (:id, 'MER', date '2026-03-01', date '2026-04-01', 'closed', 1)"
            ),
            {"id": new_id()},
        )
