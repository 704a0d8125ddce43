"""Taking what delivery measured or somebody states, and billing fixed fees up to there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from services.billing.contracts.actions import amendments_of, contract_of, locked_contract
from services.billing.contracts.model import Contract, Method, terms_on
from services.billing.fee_progress.model import PERCENT_RULE, NotBilledByPercent, StatedInFuture
from services.billing.permissions import Permission
from services.billing.progress.actions import keep_measurement, measurements_of
from services.billing.progress.model import STATED, Measurement, latest
from services.billing.work_in_progress.actions import bill_up_to
from shared.contracts.delivery import ProgressMeasured
from shared.ids import new_id
from shared.work import Work


async def take_measurement(work: Work, measured: ProgressMeasured) -> None:
    """Keep what delivery measured and bill fixed fees up to there; revenue is recognised by it at the month's end.

    Raises NoSuchContract, NoSuchSoldLine.
    """
    if measured.fraction_denominator <= 0:
        return  # of nothing, nothing is done
    measurement = Measurement(
        id=measured.measurement_id,
        project_id=measured.project_id,
        contract_line_id=measured.billing_line_id,
        method=measured.method.value,
        measured_on=measured.measured_on,
        numerator=measured.fraction_numerator,
        denominator=measured.fraction_denominator,
        cost_to_date=measured.cost_to_date,
        cost_at_completion=measured.cost_at_completion,
        currency=measured.currency,
        measured_by=measured.measured_by,
    )
    is_news = await keep_measurement(work, measurement)
    if not is_news or measured.thread_id is None:
        return  # a project that nobody bought bills nothing
    contract = await contract_of(work, measured.thread_id)
    if measured.billing_line_id is not None:
        contract.line(measured.billing_line_id)
    await _bill(work, contract, measured.project_id)


async def state_progress(
    work: Work, *, contract_id: UUID, line_id: UUID, percent: Decimal, stated_on: date | None, reason: str
) -> Measurement:
    """State how far a fixed fee is, and bill it up to there.

    Raises NoSuchContract, NoSuchSoldLine, ContractNotActive, NotBilledByPercent, StatedInFuture.
    """
    work.actor.must(Permission.AGREE_TERMS)
    contract = await locked_contract(work, contract_id)
    contract.must_be_active()
    if contract.line(line_id).method is not Method.FIXED_FEE_PERCENT:
        raise NotBilledByPercent()
    today = work.now.date()
    if stated_on is not None and stated_on > today:
        raise StatedInFuture(field="/stated_on")
    project_id = contract.project_id or contract_id
    measurement = Measurement(
        id=new_id(),
        project_id=project_id,
        contract_line_id=line_id,
        method=STATED,
        measured_on=stated_on or today,
        numerator=percent,
        denominator=Decimal(100),
        cost_to_date=None,
        cost_at_completion=None,
        currency=contract.currency,
        measured_by=work.actor.subject,
        reason=reason,
    )
    await keep_measurement(work, measurement)
    await _bill(work, contract, project_id)
    return measurement


async def bill_progress(work: Work, contract_id: UUID) -> None:
    """Bill the fixed fees of a contract up to where they are, after what was agreed on them has changed."""
    contract = await locked_contract(work, contract_id)
    await _bill(work, contract, contract.project_id or contract_id)


async def _bill(work: Work, contract: Contract, project_id: UUID) -> None:
    lines = [line for line in contract.lines if line.method is Method.FIXED_FEE_PERCENT]
    if not lines:
        return
    measurements, amendments = await measurements_of(work, contract), await amendments_of(work, contract.id)
    for line in lines:
        measured = latest(measurements, line.id)
        if measured is not None:
            fee = terms_on(line, amendments, measured.measured_on).amount
            await bill_up_to(
                work,
                contract,
                line.id,
                cumulative=measured.of(fee, contract.currency),
                day=measured.measured_on,
                rule=PERCENT_RULE,
                project_id=project_id,
                is_nought_kept=True,
            )
