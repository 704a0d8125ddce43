"""Reading deposits."""

from __future__ import annotations

from services.billing.contracts.model import Contract
from services.billing.deposits import store
from services.billing.deposits.model import Advance, DepositAccount
from services.billing.permissions import Permission
from shared.work import Work


async def deposit(work: Work, contract: Contract) -> DepositAccount:
    """What was paid in advance on a contract, and what of it is left."""
    work.actor.must(Permission.SEE_CONTRACTS)
    found = (await store.sums(work, [contract.id])).get(contract.id, Advance())
    return DepositAccount(contract.deposit, found.asked, found.invoiced, found.drawn, contract.currency)
