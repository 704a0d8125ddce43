"""How much of a deposit an invoice draws down."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.billing.deposits.model import DepositAccount, drawdown


@pytest.mark.parametrize(
    ("left", "net", "drawn"),
    [("500", "300", "300"), ("500", "500", "500"), ("200", "300", "200"), ("-50", "300", "0"), ("500", "-10", "0")],
)
def test_an_invoice_draws_down_what_is_left_but_no_more_than_it_comes_to(left: str, net: str, drawn: str) -> None:
    assert drawdown(left=Decimal(left), net=Decimal(net)) == Decimal(drawn)


def test_what_is_left_was_invoiced_and_not_drawn_down() -> None:
    account = DepositAccount(None, asked=Decimal(900), invoiced=Decimal(500), drawn=Decimal(120), currency="EUR")

    assert account.left == 380
