"""Whom a document goes to: the address asked for, or the customer's own, if it is one."""

from __future__ import annotations

import pytest

from services.billing.hand_overs.model import NoRecipient, NotAnAddress, recipient_of


@pytest.mark.parametrize(
    ("asked", "known", "expected"),
    [("", "Billing@Alpenglow.example", "billing@alpenglow.example"), ("cfo@a.example", "b@a.example", "cfo@a.example")],
)
def test_the_address_asked_for_goes_before_the_customers_own(asked: str, known: str, expected: str) -> None:
    assert recipient_of(asked, known, "/documents/0") == expected


@pytest.mark.parametrize("asked", ["Berger", "a@b", "a@b.example, c@d.example", "a b@c.example", "<a@b.example>"])
def test_what_is_no_address_is_refused(asked: str) -> None:
    with pytest.raises(NotAnAddress):
        recipient_of(asked, "", "/documents/0")


def test_somebody_has_to_be_named() -> None:
    with pytest.raises(NoRecipient):
        recipient_of("", " ", "/documents/0")
