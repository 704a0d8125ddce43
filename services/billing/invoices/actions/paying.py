"""The code on an invoice that banking apps scan to pay it (EPC069-12, version 2)."""

from __future__ import annotations

from decimal import Decimal

from segno.helpers import make_epc_qr

NAME_LENGTH = 70
LEAST, MOST = Decimal("0.01"), Decimal("999999999.99")


def code_to_pay(*, name: str, iban: str, amount: Decimal, currency: str, number: str) -> str:
    """The code as an SVG picture, one unit for each of its dots; empty for what it cannot pay: euros only."""
    if currency != "EUR" or not LEAST <= amount <= MOST:
        return ""
    code = make_epc_qr(name=name[:NAME_LENGTH], iban=iban, amount=amount, text=number, encoding="UTF-8")
    return str(code.svg_inline(border=0))
