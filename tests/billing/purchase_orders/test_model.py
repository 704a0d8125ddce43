"""What a purchase order covers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.billing.purchase_orders.model import PurchaseOrderSpent, check_budget


@pytest.mark.parametrize(
    ("budget", "spent", "net"),
    [("1000", "400", "600"), (None, "400", "9999"), ("1000", "1200", "-50"), ("1000", "1200", "0"), ("0", "0", "0")],
)
def test_what_is_left_may_be_billed_and_a_credit_always(budget: str | None, spent: str, net: str) -> None:
    known = None if budget is None else Decimal(budget)

    check_budget("4711", known, spent=Decimal(spent), net=Decimal(net), currency="EUR")


@pytest.mark.parametrize(
    ("spent", "net", "left"), [("400", "600.01", "600.00"), ("1200", "0.01", "0.00"), ("-100", "1100.01", "1100.00")]
)
def test_a_spent_order_stops_the_invoice_and_says_what_is_left(spent: str, net: str, left: str) -> None:
    with pytest.raises(PurchaseOrderSpent, match=f"has {left} EUR left, and this invoice needs {net} EUR"):
        check_budget("4711", Decimal(1000), spent=Decimal(spent), net=Decimal(net), currency="EUR")
