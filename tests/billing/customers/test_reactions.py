"""Customers are what crm says of them, whatever arrives first."""

from __future__ import annotations

import itertools
from datetime import date

from shared.actor import Role
from shared.contracts.base import Event
from shared.contracts.crm import AccountChanged, CustomerAccount
from tests.support.api import code_of
from tests.support.billing import CANARY, Billing, a_sale, a_time_line, an_account


def told(account: CustomerAccount) -> AccountChanged:
    """Announce how an account is."""
    return AccountChanged(account_id=account.account_id, account=account, is_customer=True)


async def test_older_news_of_an_account_changes_nothing(billing: Billing) -> None:
    old = an_account(name="Alpenglow")
    await billing.hear(told(an_account(old.account_id, name="Alpenglow AG")), 2)

    await billing.hear(told(old), 1)

    assert [row["name"] for row in await billing.rows("customers")] == ["Alpenglow AG"]


async def test_an_account_says_more_of_itself_than_its_sales_do(billing: Billing) -> None:
    account = an_account(name="As sold")
    own = an_account(account.account_id, name="As it is")
    sales = [
        a_sale(a_time_line(), account=an_account(account.account_id, name=name), closed_on=closed_on)
        for name, closed_on in (("Sold first", date(2026, 1, 5)), ("Sold last", date(2026, 2, 5)))
    ]
    history: list[tuple[Event, int]] = [(told(own), 1), *((sale, 1) for sale in sales)]

    for order in itertools.permutations(history):
        for event, sequence in order:
            await billing.hear(event, sequence)

    assert [row["name"] for row in await billing.rows("customers")] == ["As it is"]


async def test_of_several_sales_the_latest_says_who_the_customer_is(billing: Billing) -> None:
    account_id = an_account().account_id
    first = a_sale(a_time_line(), account=an_account(account_id, name="First"), closed_on=date(2026, 1, 5))
    last = a_sale(a_time_line(), account=an_account(account_id, name="Last"), closed_on=date(2026, 2, 5))

    await billing.hear(last)
    await billing.hear(first)

    assert [row["name"] for row in await billing.rows("customers")] == ["Last"]


async def test_customers_are_listed_for_those_who_bill_and_for_their_tenant(billing: Billing) -> None:
    await billing.hear(told(an_account(name="Alpenglow AG")))

    seen = (await billing.as_(Role.BILLING_CLERK).get("/customers")).json()["items"]
    strange = (await billing.as_(Role.BILLING_CLERK, tenant=CANARY).get("/customers")).json()["items"]

    assert [one["name"] for one in seen] == ["Alpenglow AG"]
    assert seen[0]["id"] not in {one["id"] for one in strange}
    assert code_of(await billing.as_(Role.CONSULTANT).get("/customers")) == "not_permitted"
