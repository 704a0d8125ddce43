"""Looking at the PDF of an invoice before it goes out."""

from __future__ import annotations

from uuid import UUID

from services.billing.contracts.queries import contracts_by_number
from services.billing.invoices import store
from services.billing.invoices.actions.assembling import assembled
from services.billing.invoices.actions.document import render
from services.billing.invoices.actions.words import WORDS
from services.billing.invoices.model import NoSuchInvoice
from services.billing.legal_entities.actions import legal_entities_of
from services.billing.permissions import Permission
from shared.work import Work


async def preview_invoice(work: Work, invoice_id: UUID) -> bytes:
    """What a draft would look like if it were issued today, marked as a draft and without a number.

    Raises NoSuchInvoice, IssuedForGood, DiscardedAlready.
    """
    work.actor.must(Permission.SEE_INVOICES)
    invoice = await store.find(work, invoice_id)
    if invoice is None:
        raise NoSuchInvoice()
    invoice.must_not_have_ended()
    lines = await store.lines_of_several(work, [invoice_id])
    [document] = await assembled(
        work,
        [invoice],
        lines,
        sellers=await legal_entities_of(work, [invoice.legal_entity_id]),
        contracts=await contracts_by_number(work, {line.contract_id for line in lines[invoice_id]}),
        numbers={invoice_id: WORDS[invoice.language]["draft"]},
        on=work.now.date(),
        is_draft=True,
    )
    return await render(document)
