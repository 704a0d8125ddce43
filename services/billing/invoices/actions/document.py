"""The document of an invoice: everything on it as text, set as a PDF."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import typst
from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_precision

from services.billing.contracts.model import Contract
from services.billing.customers.model import Customer
from services.billing.invoices.model import Line, Tax, totals
from services.billing.invoices.model.shares import Share, shares_of
from services.billing.legal_entities.model import LegalEntity

TEMPLATE = Path(__file__).parents[1] / "templates" / "invoice.typ"
LOCALE = "en"


@dataclass(frozen=True)
class Origin:
    """The invoice that a credit note takes back, and why."""

    number: str
    issued_on: date
    reason: str


@dataclass(frozen=True)
class Document:
    """What an invoice says, or a credit note, which names what it `credits`."""

    number: str
    issued_on: date
    due_on: date
    seller: LegalEntity
    customer: Customer
    contracts: Sequence[Contract]
    currency: str
    lines: Sequence[Line]
    taxes: Sequence[Tax]
    credits: Origin | None = None

    @property
    def by_contract(self) -> list[tuple[Contract, Share]]:
        """What of it is of each contract."""
        contracts = {contract.id: contract for contract in self.contracts}
        shares = shares_of(self.lines, self.taxes, self.currency)
        return [(contracts[share.contract_id], share) for share in shares]

    @property
    def contract_numbers(self) -> str:
        """The contracts that it is about."""
        return ", ".join(contract.number for contract in self.contracts)

    @property
    def subject(self) -> str:
        """What it is about, in the words of the sale."""
        return ", ".join(dict.fromkeys(contract.name for contract in self.contracts))

    @property
    def purchase_order(self) -> str:
        """The customer's order, where all of it is billed under the same."""
        orders = {contract.purchase_order or "" for contract in self.contracts}
        return orders.pop() if len(orders) == 1 else ""

    def origin_of(self, line: Line) -> Contract | None:
        """The contract that a line is of, where there are several."""
        several = self.contracts if len(self.contracts) > 1 else ()
        return next((contract for contract in several if contract.id == line.contract_id), None)


async def render(document: Document) -> bytes:
    """The document as a PDF; equal documents give equal bytes. Set in a thread, so that others go on meanwhile."""
    return await asyncio.to_thread(set_as_pdf, json.dumps(written(document)))


def written(document: Document) -> dict[str, Any]:
    """Every word and figure as it is printed."""
    sums = totals(document.taxes)
    currency = document.currency
    return {
        "number": document.number,
        "dated": document.issued_on.isoformat(),
        "issued_on": _day(document.issued_on),
        "due_on": "" if document.credits else _day(document.due_on),
        "credits": _origin(document.credits) if document.credits else None,
        "seller": _seller(document.seller),
        "customer": _customer(document.customer),
        "contract": document.contract_numbers,
        "subject": document.subject,
        "purchase_order": document.purchase_order,
        "service": _days(
            min(line.service_from for line in document.lines), max(line.service_before for line in document.lines)
        ),
        "currency": currency,
        "parts": [_part(document, list(lines)) for _, lines in groupby(document.lines, lambda line: line.contract_id)],
        "taxes": [_tax(tax, currency) for tax in document.taxes],
        "net": _amount(sums.net, currency),
        "gross": _amount(sums.gross, currency),
    }


def set_as_pdf(words: str) -> bytes:
    """The words in the template, as PDF/A-3, so that data can be put in; equal words give equal bytes."""
    pdf = typst.compile(TEMPLATE, format="pdf", sys_inputs={"invoice": words}, pdf_standards=["a-3b"])
    if not isinstance(pdf, bytes):
        raise TypeError("an invoice is one document")
    return pdf


def _origin(origin: Origin) -> dict[str, str]:
    return {"number": origin.number, "issued_on": _day(origin.issued_on), "reason": origin.reason}


def _seller(seller: LegalEntity) -> dict[str, str]:
    return {
        "name": seller.name,
        "street": seller.street,
        "place": f"{seller.postal_code} {seller.city}, {seller.country}",
        "tax_registration": seller.tax_registration,
        "iban": " ".join(seller.iban[start : start + 4] for start in range(0, len(seller.iban), 4)),
    }


def _customer(customer: Customer) -> dict[str, str]:
    place = f"{customer.postal_code} {customer.city}".strip()
    return {
        "name": customer.legal_name,
        "street": customer.street,
        "place": ", ".join(part for part in (place, customer.country) if part),
        "tax_id": customer.tax_id,
    }


def _part(document: Document, lines: Sequence[Line]) -> dict[str, Any]:
    """The lines of one contract, under its name where there are several."""
    contract = document.origin_of(lines[0])
    return {
        "title": f"{contract.number} {contract.name}" if contract else "",
        "purchase_order": (contract.purchase_order or "") if contract and not document.purchase_order else "",
        "net": _amount(sum((line.net for line in lines), Decimal()), document.currency) if contract else "",
        "lines": [_line(line, document.currency) for line in lines],
    }


def _line(line: Line, currency: str) -> dict[str, str]:
    hours = "" if line.minutes is None else f"{line.minutes // 60}:{line.minutes % 60:02d} h"
    return {
        "position": str(line.position),
        "description": line.description,
        "role": (line.staffing_role or "").replace("_", " "),
        "service": _days(line.service_from, line.service_before),
        "quantity": hours or "1",
        "unit_price": _amount(line.unit_price, currency),
        "net": _amount(line.net, currency),
    }


def _tax(tax: Tax, currency: str) -> dict[str, str]:
    return {
        "rate": f"{tax.rate.normalize():f} %",
        "net": _amount(tax.net, currency),
        "tax": _amount(tax.tax, currency),
        "reference_text": tax.reference_text,
    }


def _amount(amount: Decimal, currency: str) -> str:
    digits = get_currency_precision(currency)
    return str(format_decimal(amount, format=f"#,##0.{'0' * digits}" if digits else "#,##0", locale=LOCALE))


def _day(day: date) -> str:
    return str(format_date(day, "d MMMM y", locale=LOCALE))


def _days(first: date, before: date) -> str:
    last = date.fromordinal(before.toordinal() - 1)
    return _day(first) if first == last else f"{_day(first)} to {_day(last)}"
