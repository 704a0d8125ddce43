"""What an invoice or a credit note is posted as."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from uuid import UUID

from services.billing.contracts.model import Contract
from services.billing.invoices.actions.document import Document
from services.billing.invoices.model import totals
from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import NewEntry, NewLine, Source
from shared.period import Period


def entry_of(document: Document, source: Source, *, thread_id: UUID) -> NewEntry:
    """Receivable against the contract's net position by line, and the tax that is owed; for a credit the opposite."""
    side = -1 if document.credits else 1
    what = "Credit note" if document.credits else "Invoice"
    sums = totals(document.taxes)
    earned: dict[UUID | None, Decimal] = defaultdict(Decimal)
    for line in document.lines:
        earned[line.contract_line_id] += line.net
    contract = document.contract
    lines = [_side(PostingRole.RECEIVABLE, side * sums.gross, contract, None)] if sums.gross else []
    for line_id, net in earned.items():
        if net:
            lines.append(_side(PostingRole.CONTRACT_ASSET, -side * net, contract, line_id))
    if sums.tax:
        lines.append(_side(PostingRole.OUTPUT_TAX, -side * sums.tax, contract, None))
    return NewEntry(
        legal_entity=document.seller.code,
        currency=document.currency,
        on=document.issued_on,
        text=f"{what} {document.number} to {document.customer.legal_name}",
        source=source,
        lines=lines,
        thread_id=thread_id,
        service=Period(
            min(line.service_from for line in document.lines), max(line.service_before for line in document.lines)
        ),
    )


def _side(role: PostingRole, amount: Decimal, contract: Contract, line_id: UUID | None) -> NewLine:
    return NewLine(role, amount, contract_id=contract.id, contract_line_id=line_id, project_id=contract.project_id)
