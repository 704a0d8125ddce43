"""What delivery does when crm changes an account."""

from __future__ import annotations

from services.delivery.accounts.actions import rename_account
from shared.contracts.crm import AccountChanged
from shared.messaging.reactions import Reactions
from shared.work import Work

reactions = Reactions()


@reactions.on(AccountChanged, consumer="delivery.rename_account")
async def take_account(work: Work, event: AccountChanged, sequence: int) -> None:
    """Handoffs and projects show the new name."""
    await rename_account(work, event.account_id, name=event.account.name, sequence=sequence)
