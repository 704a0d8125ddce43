"""What adjustments change of work that was recognised is recognised in the next run."""

from __future__ import annotations

from shared.actor import Role
from tests.billing.recognition.test_api import lines_of, position, recognise, worked
from tests.support.billing import Billing
from tests.support.ledger import sent


async def test_work_that_is_marked_down_or_written_off_later_is_the_difference_in_the_next_run(
    billing: Billing,
) -> None:
    _, contract_id, _ = await worked(billing)
    await recognise(billing)
    days = [str(item["id"]) for item in await billing.rows("billable_items") if item["minutes"]]
    controller, why = billing.as_(Role.CONTROLLER), {"reason": "Agreed with the client."}
    await sent(controller, "/work-in-progress/adjustments", {"item_ids": days, "percent": "-10", **why})
    await sent(controller, "/work-in-progress/write-offs", {"item_ids": days[:1], **why})
    left = sum(item["value"] for item in await billing.rows("billable_items") if item["minutes"])

    run = await recognise(billing)

    assert await lines_of(run) == [(f"{left - 1620:.2f}", f"{left:.2f}", 2)]
    assert (await position(billing, contract_id))["recognised"] == f"{8000 + left:.2f}"
    assert await lines_of(await recognise(billing)) == []
