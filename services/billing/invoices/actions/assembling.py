"""Putting together what the documents of invoices say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from services.billing.contracts.model import Contract
from services.billing.customers.actions import customers_of
from services.billing.invoice_layouts.actions import look_of
from services.billing.invoices import store
from services.billing.invoices.actions.document import Document
from services.billing.invoices.model import Invoice, Line, due_on
from services.billing.invoices.store import annex
from services.billing.legal_entities.model import LegalEntity
from shared.work import Work


async def assembled(
    work: Work,
    invoices: Sequence[Invoice],
    lines: Mapping[UUID, Sequence[Line]],
    *,
    sellers: Mapping[UUID, LegalEntity],
    contracts: Sequence[Contract],
    numbers: Mapping[UUID, str],
    on: date,
    is_draft: bool = False,
) -> list[Document]:
    """The document of each invoice with its number and a day; drafts have neither for good."""
    ids = [invoice.id for invoice in invoices]
    taxes, entries = await store.taxes_of_several(work, ids), await annex.entries_of(work, ids)
    customers = await customers_of(work, {invoice.customer_id for invoice in invoices})
    looked = {(invoice.legal_entity_id, invoice.language) for invoice in invoices}
    looks = {of: await look_of(work, *of) for of in looked}
    documents = []
    for invoice in invoices:
        billed = {line.contract_id for line in lines[invoice.id]}
        its_own = [contract for contract in contracts if contract.id in billed]
        documents.append(
            Document(
                number=numbers[invoice.id],
                issued_on=on,
                due_on=due_on(on, its_own[0].payment_terms_days),
                seller=sellers[invoice.legal_entity_id],
                customer=customers[invoice.customer_id],
                contracts=its_own,
                currency=invoice.currency,
                lines=lines[invoice.id],
                taxes=taxes[invoice.id],
                language=invoice.language,
                look=looks[invoice.legal_entity_id, invoice.language],
                entries=entries[invoice.id],
                is_draft=is_draft,
            )
        )
    return documents
