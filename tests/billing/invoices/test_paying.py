"""The code that banking apps scan says what the European Payments Council says that it says."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import segno

from services.billing.invoices.actions.document import Origin, written
from services.billing.invoices.actions.paying import code_to_pay
from tests.billing.invoices.test_document import a_document
from tests.support.billing import MONDAY

TOLD: dict[str, Any] = {
    "name": "Meridian Consulting GmbH",
    "iban": "DE89370400440532013000",
    "amount": Decimal("1142.40"),
    "currency": "EUR",
    "number": "INV-2026-00001",
}
PAYLOAD = [
    "BCD",
    "002",
    "1",
    "SCT",
    "",
    "Meridian Consulting GmbH",
    "DE89370400440532013000",
    "EUR1142.4",
    "",
    "",
    "INV-2026-00001",
]


def test_the_code_holds_whom_to_pay_how_much_and_what_for(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    make = segno.make_qr

    def listen(content: bytes, *args: Any, **kwargs: Any) -> Any:
        said.append(content.decode())
        return make(content, *args, **kwargs)

    monkeypatch.setattr(segno, "make_qr", listen)

    picture = code_to_pay(**TOLD)

    assert picture.startswith("<svg")
    assert said[0].rstrip("\n").split("\n") == PAYLOAD


@pytest.mark.parametrize(
    "different",
    [{"currency": "CHF"}, {"amount": Decimal(0)}, {"amount": Decimal("1000000000")}, {"amount": Decimal(-1)}],
)
def test_what_cannot_be_paid_by_it_has_no_code(different: dict[str, Any]) -> None:
    assert code_to_pay(**{**TOLD, **different}) == ""


def test_a_name_that_is_too_long_is_cut() -> None:
    assert code_to_pay(**{**TOLD, "name": "Ü" * 200}).startswith("<svg")


def test_only_what_is_to_be_paid_has_a_code() -> None:
    invoice = a_document()

    assert written(invoice)["code"].startswith("<svg")
    assert written(replace(invoice, is_draft=True))["code"] == ""
    assert written(replace(invoice, currency="CHF"))["code"] == ""
    assert written(replace(invoice, credits=Origin("INV-1", MONDAY, "Wrong")))["code"] == ""
