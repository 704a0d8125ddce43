"""How far a billing run may go: reviewed, and within what was confirmed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from services.billing.billing_runs.model import (
    Extent,
    NothingToRun,
    NotReviewedYet,
    TooMuchForOneRun,
    Waiting,
    check_bounds,
    extents,
)

EUROS = Extent("EUR", pre_bills=3, invoices=2, unreviewed=0, net=Decimal(500))


def waiting(number: int, net: str, currency: str = "EUR", *, is_reviewed: bool = True) -> Waiting:
    return Waiting(UUID(int=number), currency, is_reviewed, Decimal(net))


def test_each_unit_that_comes_to_more_than_nothing_is_an_invoice() -> None:
    units = {UUID(int=number): UUID(int=number) for number in range(1, 6)} | {UUID(int=2): UUID(int=1)}
    found = extents(
        [
            waiting(1, "100.00"),
            waiting(2, "-30.00", is_reviewed=False),
            waiting(3, "0.00"),
            waiting(4, "-5.00"),
            waiting(5, "7.00", "CHF"),
        ],
        units,
    )

    assert found == [
        Extent("CHF", pre_bills=1, invoices=1, unreviewed=0, net=Decimal(7)),
        Extent("EUR", pre_bills=2, invoices=1, unreviewed=1, net=Decimal(70)),
    ]


def test_a_run_goes_up_to_what_was_confirmed() -> None:
    check_bounds([EUROS], most_invoices=2, most_net=Decimal(500))


@pytest.mark.parametrize(
    ("found", "invoices", "net", "refusal"),
    [
        ([replace(EUROS, unreviewed=1)], 9, "999", NotReviewedYet),
        ([], 9, "999", NothingToRun),
        ([EUROS], 1, "999", TooMuchForOneRun),
        ([EUROS, replace(EUROS, currency="CHF")], 3, "999", TooMuchForOneRun),
        ([EUROS], 2, "499.99", TooMuchForOneRun),
    ],
)
def test_what_was_not_reviewed_or_confirmed_is_not_drafted(
    found: list[Extent], invoices: int, net: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        check_bounds(found, most_invoices=invoices, most_net=Decimal(net))
