"""An account line by line, whose last balance is that of the trial balance."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.actor import Role
from tests.support.api import code_of
from tests.support.billing import Billing
from tests.support.exchange_rates import an_exchange_rate
from tests.support.ledger import ENTITY, a_new_entry, posted

SHEET = {"legal_entity": ENTITY, "account": "1300", "currency": "EUR"}


async def sheet(billing: Billing, **different: Any) -> Any:
    """Read an account."""
    answer = await billing.as_(Role.AUDITOR).get("/account-sheet", params=SHEET | different)
    assert answer.is_success, answer.text
    return answer.json()


async def test_the_balance_runs_over_pages_and_from_any_day(billing: Billing) -> None:
    for day in (5, 3, 4):
        amount = f"{day}.00"
        await posted(billing, a_new_entry(("1300", amount), ("4000", f"-{amount}"), on=date(2026, 3, day)))
    await an_exchange_rate(billing, "1.25", "2026-03-31")
    dollars = a_new_entry(("1300", "7.00"), ("4000", "-7.00"), currency="USD")
    await posted(billing, dollars)

    first = await sheet(billing, limit=2)
    rest = await sheet(billing, limit=2, cursor=first["next"])

    lines = [*first["items"], *rest["items"]]
    assert [(one["posted_on"], one["amount"], one["balance"]) for one in lines] == [
        ("2026-03-03", "3.00", "3.00"),
        ("2026-03-04", "4.00", "7.00"),
        ("2026-03-05", "5.00", "12.00"),
    ]
    assert [one["balance"] for one in (await sheet(billing, starts_on="2026-03-05"))["items"]] == ["12.00"]
    [line] = (await sheet(billing, currency="USD"))["items"]
    assert (line["balance"], line["functional_currency"], line["functional_balance"]) == ("7.00", "EUR", "5.60")


async def test_an_account_that_is_not_there_is_not_found(billing: Billing) -> None:
    auditor = billing.as_(Role.AUDITOR)

    assert code_of(await auditor.get("/account-sheet", params=SHEET | {"account": "9"})) == "no_such_account"
    assert code_of(await auditor.get("/account-sheet", params=SHEET | {"legal_entity": "X"})) == "no_books"


async def test_only_who_sees_the_books_sees_an_account(billing: Billing) -> None:
    for role in set(Role) - {Role.CONTROLLER, Role.BILLING_APPROVER, Role.AUDITOR}:
        assert code_of(await billing.as_(role).get("/account-sheet", params=SHEET)) == "not_permitted"
