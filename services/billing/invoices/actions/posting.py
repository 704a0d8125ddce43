"""What an invoice or a credit note is posted as."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

from services.billing.contracts.model import Contract
from services.billing.invoices.actions.document import Document
from services.billing.invoices.model.shares import Share
from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import NewEntry, NewLine, Source
from shared.period import Period


def entry_of(document: Document, source: Source, *, thread_id: UUID) -> NewEntry:
    """For each contract its receivable against its net position by line, and the tax; for a credit the opposite."""
    what = "Credit note" if document.credits else "Invoice"
    return NewEntry(
        legal_entity=document.seller.code,
        currency=document.currency,
        on=document.issued_on,
        text=f"{what} {document.number} to {document.customer.legal_name}",
        source=source,
        lines=[
            line
            for contract, share in document.by_contract
            for line in _lines(document, share, contract)
            if line.amount
        ],
        thread_id=thread_id,
        service=Period(
            min(line.service_from for line in document.lines), max(line.service_before for line in document.lines)
        ),
    )


def _lines(document: Document, share: Share, contract: Contract) -> Iterator[NewLine]:
    side = -1 if document.credits else 1
    earned: dict[UUID | None, Decimal] = defaultdict(Decimal)
    for line in document.lines:
        if line.contract_id == contract.id:
            earned[line.contract_line_id] += line.net
    yield _side(PostingRole.RECEIVABLE, side * share.gross, contract, None)
    for line_id, net in earned.items():
        yield _side(PostingRole.CONTRACT_ASSET, -side * net, contract, line_id)
    yield _side(PostingRole.OUTPUT_TAX, -side * share.tax, contract, None)


def _side(role: PostingRole, amount: Decimal, contract: Contract, line_id: UUID | None) -> NewLine:
    return NewLine(role, amount, contract_id=contract.id, contract_line_id=line_id, project_id=contract.project_id)
