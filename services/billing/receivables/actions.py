"""Settling invoices, for the features that do: payments, write-offs, credit notes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from services.billing.receivables import store
from services.billing.receivables.model import NoSuchReceivable, Position, Settlement, check
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


async def standing_settlements(work: Work, cause_id: UUID) -> list[Settlement]:
    """What was settled for one cause and not taken back."""
    return await store.standing(work, cause_id)
