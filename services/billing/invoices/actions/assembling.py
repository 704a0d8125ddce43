"""Putting together what the document of an invoice says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.billing.contracts.model import Contract
from services.billing.customers.actions import customer_of
from services.billing.invoice_layouts.actions import look_of
from services.billing.invoices import store
from services.billing.invoices.actions.document import Document
from services.billing.invoices.model import Invoice, Line, due_on
from services.billing.invoices.store import annex
from services.billing.legal_entities.model import LegalEntity
from shared.work import Work


async def assembled(
    work: Work,
    invoice: Invoice,
    lines: Sequence[Line],
    *,
    seller: LegalEntity,
    contracts: Sequence[Contract],
    number: str,
    on: date,
    is_draft: bool = False,
) -> Document:
    """The document of an invoice with a number and a day; a draft has neither for good."""
    return Document(
        number=number,
        issued_on=on,
        due_on=due_on(on, contracts[0].payment_terms_days),
        seller=seller,
        customer=await customer_of(work, invoice.customer_id),
        contracts=contracts,
        currency=invoice.currency,
        lines=lines,
        taxes=await store.taxes_of(work, invoice.id),
        language=invoice.language,
        look=await look_of(work, invoice.legal_entity_id, invoice.language),
        entries=await annex.entries_of(work, invoice.id),
        is_draft=is_draft,
    )
