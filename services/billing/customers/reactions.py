"""What crm says about accounts."""

from __future__ import annotations

from services.billing.customers.actions import remember_customer
from shared.contracts.crm import AccountChanged
from shared.messaging.reactions import Reactions
from shared.work import Work

reactions = Reactions()


@reactions.on(AccountChanged, consumer="billing.remember_customer")
async def on_account_changed(work: Work, event: AccountChanged, sequence: int) -> None:
    """Know the customer as crm does."""
    await remember_customer(work, event.account, sequence=sequence)
