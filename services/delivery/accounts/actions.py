"""What becomes of news about accounts."""

from __future__ import annotations

from uuid import UUID

from services.delivery.accounts import store
from shared.work import Work


async def rename_account(work: Work, account_id: UUID, *, name: str, sequence: int) -> None:
    """Call the account by its newest name from now on, on every handoff and project."""
    await store.keep(work, account_id, name=name, sequence=sequence)
