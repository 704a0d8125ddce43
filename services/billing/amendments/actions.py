"""Amending a contract: by a change order that delivery got approved, or by hand."""

from __future__ import annotations

from uuid import UUID

from services.billing.caps.actions import announce_thresholds
from services.billing.contracts.actions import amend_contract, contract_of, locked_contract
from services.billing.contracts.model import Amendment, LineChange, Method
from services.billing.fee_progress.actions import bill_progress
from services.billing.permissions import Permission
from services.billing.retainers.actions import follow_amendments
from services.billing.work_in_progress.actions import price_milestones
from shared.contracts.delivery import ChangedLine, ChangeOrderApproved
from shared.errors import AlreadyExists
from shared.work import Work


async def agree_amendment(work: Work, amendment: Amendment) -> Amendment:
    """Keep an amendment that was agreed on paper.

    Raises NoSuchContract, NewLineIncomplete, NegativeTerm, AlreadyExists.
    """
    work.actor.must(Permission.AGREE_TERMS)
    await work.because(amendment.reason)
    if not await amend_contract(work, amendment, is_checked=True):
        raise AlreadyExists(field="/amendment_id")
    await _bill_anew(work, amendment.contract_id)
    return amendment


async def take_change_order(work: Work, order: ChangeOrderApproved) -> None:
    """Let an approved change order count on the contract of its deal. Raises NoSuchContract."""
    if order.thread_id is None:
        return  # a project that nobody bought has no contract to amend
    contract = await contract_of(work, order.thread_id)
    amendment = Amendment(
        id=order.change_order_id,
        contract_id=contract.id,
        number=order.number,
        approved_on=order.approved_on,
        effective_on=order.effective_on,
        client_approver=order.client_approver,
        reason=order.reason,
        changes=[_change(line) for line in order.lines],
        new_ends_before=order.new_ends_before,
    )
    if await amend_contract(work, amendment):
        await _bill_anew(work, contract.id)


async def _bill_anew(work: Work, contract_id: UUID) -> None:
    """Let what is on no invoice yet follow what is agreed now."""
    await price_milestones(work, contract_id)
    await bill_progress(work, contract_id)
    await follow_amendments(work, contract_id)
    await announce_thresholds(work, await locked_contract(work, contract_id))


def _change(line: ChangedLine) -> LineChange:
    return LineChange(
        line_id=line.line_id,
        amount_delta=line.amount_delta,
        minutes_delta=line.minutes_delta,
        cap_delta=line.cap_delta,
        description=line.description,
        method=Method(line.method.value),
        product=line.product or "",
        staffing_role=line.staffing_role,
        hourly_rate=line.hourly_rate,
    )
