"""The document of an invoice: everything on it as text, set as a PDF."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from services.billing.contracts.model import Contract
from services.billing.customers.model import Customer
from services.billing.invoice_layouts.model import Look
from services.billing.invoices.actions.paying import code_to_pay
from services.billing.invoices.actions.words import WORDS
from services.billing.invoices.model import Line, Tax, totals
from services.billing.invoices.model.annex import Entry
from services.billing.invoices.model.shares import Share, shares_of
from services.billing.legal_entities.model import Language, LegalEntity
from services.billing.letters.actions import set_as_pdf
from services.billing.letters.model import customer_as_printed, iban_as_printed, seller_as_printed
from services.billing.letters.model.texts import filled
from services.billing.letters.model.writing import Words, Written, hours_of

TEMPLATE = Path(__file__).parents[1] / "templates" / "invoice.typ"


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
    language: Language = Language.ENGLISH
    look: Look = field(default_factory=Look)
    entries: Sequence[Entry] = ()
    credits: Origin | None = None
    is_draft: bool = False

    @property
    def words(self) -> Words:
        """Its fixed words."""
        return WORDS[self.language]

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
    return await asyncio.to_thread(set_as_pdf, TEMPLATE, {"invoice": json.dumps(written(document))})


def written(document: Document) -> dict[str, Any]:
    """Every word and figure as it is printed."""
    write = Written(document.language, document.currency)
    sums, words = totals(document.taxes), document.words
    told, texts = _told(document, write), document.look.texts
    pay = words["credited"] if document.credits else texts.payment_terms or words["pay"]
    return {
        **_head(document, write),
        "seller": seller_as_printed(document.seller),
        "customer": customer_as_printed(document.customer),
        "parts": [
            _part(document, list(lines), write) for _, lines in groupby(document.lines, lambda line: line.contract_id)
        ],
        "taxes": [_tax(tax, write) for tax in document.taxes],
        "net": write.amount(sums.net),
        "gross": write.amount(sums.gross),
        "code": _code(document),
        "pay": filled(pay, told),
        "opening": "" if document.credits else filled(texts.opening, told),
        "footer": filled(texts.footer, told),
        "design": document.look.design.value,
        "accent": document.look.accent,
        "logo": document.look.logo,
        "annex": _annex(document, write),
    }


def _head(document: Document, write: Written) -> dict[str, Any]:
    words = document.words
    kind = "credit_note" if document.credits else "invoice"
    return {
        "language": document.language.value,
        "words": dict(words),
        "kind": words[kind],
        "date": words[f"{kind}_date"],
        "number": document.number,
        "dated": document.issued_on.isoformat(),
        "issued_on": write.day(document.issued_on),
        "due_on": "" if document.credits else write.day(document.due_on),
        "credits": _credits(document.credits, write) if document.credits else "",
        "contract": document.contract_numbers,
        "subject": document.subject,
        "purchase_order": document.purchase_order,
        "service": write.days(
            min(line.service_from for line in document.lines), max(line.service_before for line in document.lines)
        ),
        "currency": document.currency,
        "draft": words["draft"] if document.is_draft else "",
    }


def _told(document: Document, write: Written) -> dict[str, str]:
    """What sentences about the document have to fill in."""
    return {
        "number": document.number,
        "customer": document.customer.legal_name,
        "contract": document.contract_numbers,
        "purchase_order": document.purchase_order,
        "currency": document.currency,
        "gross": write.amount(totals(document.taxes).gross),
        "due_on": write.day(document.due_on),
        "iban": iban_as_printed(document.seller).replace(" ", "\u00a0"),
        "credited": document.credits.number if document.credits else "",
    }


def _code(document: Document) -> str:
    """The code to pay it by; nobody pays a draft or a credit note."""
    if document.is_draft or document.credits:
        return ""
    return code_to_pay(
        name=document.seller.name,
        iban=document.seller.iban,
        amount=totals(document.taxes).gross,
        currency=document.currency,
        number=document.number,
    )


def _credits(origin: Origin, write: Written) -> str:
    said = WORDS[write.language]["credits"]
    return said.format(number=origin.number, issued_on=write.day(origin.issued_on), reason=origin.reason)


def _part(document: Document, lines: Sequence[Line], write: Written) -> dict[str, Any]:
    """The lines of one contract, under its name where there are several."""
    contract = document.origin_of(lines[0])
    return {
        "title": f"{contract.number} {contract.name}" if contract else "",
        "purchase_order": (contract.purchase_order or "") if contract and not document.purchase_order else "",
        "net": write.amount(sum((line.net for line in lines), Decimal())) if contract else "",
        "lines": [_line(line, write) for line in lines],
    }


def _line(line: Line, write: Written) -> dict[str, str]:
    hours = "" if line.minutes is None else hours_of(line.minutes)
    return {
        "position": str(line.position),
        "description": line.description,
        "role": (line.staffing_role or "").replace("_", " "),
        "service": write.days(line.service_from, line.service_before),
        "quantity": hours or "1",
        "unit_price": write.amount(line.unit_price),
        "net": write.amount(line.net),
    }


def _annex(document: Document, write: Written) -> list[dict[str, Any]]:
    """The time behind the invoice, contract by contract."""
    contracts = {contract.id: contract for contract in document.contracts}
    behind = [(each, list(found)) for each, found in groupby(document.entries, lambda one: one.contract_id)]
    return [
        {
            "title": f"{contracts[each].number} {contracts[each].name}",
            "rows": [
                (str(one.position), write.day(one.day), one.person, one.note, hours_of(one.minutes)) for one in found
            ],
            "total": hours_of(sum(one.minutes for one in found)),
        }
        for each, found in behind
    ]


def _tax(tax: Tax, write: Written) -> dict[str, str]:
    said = WORDS[write.language]["tax"].format(rate=write.percent(tax.rate), net=write.amount(tax.net))
    return {"said": said, "tax": write.amount(tax.tax), "reference_text": tax.reference_text}
