"""What delivery says about changes to what was sold."""

from __future__ import annotations

from services.billing.amendments.actions import take_change_order
from services.billing.contracts.model import NoSuchContract
from shared.contracts.delivery import ChangeOrderApproved
from shared.messaging.reactions import NotReady, Reactions
from shared.work import Work

reactions = Reactions()


@reactions.on(ChangeOrderApproved, consumer="billing.amend_contract")
async def on_change_order_approved(work: Work, event: ChangeOrderApproved, sequence: int) -> None:
    """An approved change order amends the contract."""
    try:
        await take_change_order(work, event)
    except NoSuchContract:
        raise NotReady(f"opportunity/{event.thread_id}") from None
