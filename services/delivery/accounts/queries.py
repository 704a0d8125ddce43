"""What is known of accounts."""

from __future__ import annotations

from uuid import UUID

from services.delivery.accounts import store
from shared.work import Work


async def account_name(work: Work, account_id: UUID, *, sold_as: str) -> str:
    """The account's newest name, or the one that it had when the deal was won."""
    return await store.name_of(work, account_id) or sold_as
