"""What delivery says about progress."""

from __future__ import annotations

from services.billing.contracts.model import NoSuchContract, NoSuchSoldLine
from services.billing.fee_progress.actions import take_measurement
from shared.contracts.delivery import ProgressMeasured
from shared.messaging.reactions import NotReady, Reactions
from shared.work import Work

reactions = Reactions()


@reactions.on(ProgressMeasured, consumer="billing.keep_progress")
async def on_progress_measured(work: Work, event: ProgressMeasured, sequence: int) -> None:
    """Measured progress is kept; fixed fees by percent are billed up to it, and revenue is recognised by it."""
    try:
        await take_measurement(work, event)
    except (NoSuchContract, NoSuchSoldLine):
        raise NotReady(f"opportunity/{event.thread_id}") from None
