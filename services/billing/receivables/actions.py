"""Settling invoices, for the features that do: payments and credit notes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.billing.receivables import store
from services.billing.receivables.model import NoSuchReceivable, Position, Settlement, SettlementKind, check
from shared.ids import new_id
from shared.work import Work


async def locked_positions(work: Work, invoice_ids: Collection[UUID]) -> dict[UUID, Position]:
    """What is open on these invoices; nobody else settles them until this work ends. Raises NoSuchReceivable."""
    found = await store.lock(work, invoice_ids)
    if found.keys() != set(invoice_ids):
        raise NoSuchReceivable()
    return found


async def settle(work: Work, settlements: Sequence[Settlement]) -> None:
    """Settle invoices, each by no more than is open on it. Raises NoSuchReceivable, NothingSettled, MoreThanOpen."""
    wanted = {one.invoice_id for one in settlements if one.invoice_id is not None}
    check(settlements, await store.lock(work, wanted) if wanted else {})
    await store.add(work, settlements)


async def credit(work: Work, invoice_id: UUID, *, credit_note_id: UUID, amount: Decimal, on: date) -> None:
    """Take what was credited off an invoice; of one that is paid already, the customer has a claim on us then."""
    await store.lock(work, [invoice_id])
    kind = SettlementKind.CREDIT_NOTE
    await store.add(work, [Settlement(new_id(), kind, credit_note_id, invoice_id, None, amount, on)])


async def standing_settlements(work: Work, cause_id: UUID) -> list[Settlement]:
    """What was settled for one cause and not taken back."""
    return await store.standing(work, cause_id)
