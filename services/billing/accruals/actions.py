"""Accruing revenue at the end of a month."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from services.billing.accruals import store
from services.billing.accruals.model import Accrual, entry_for, estimate
from services.billing.contracts.actions import locked_contract
from services.billing.ledger.actions import post_until_next_month
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.permissions import Permission
from shared.period import Period
from shared.work import Work


async def accrue_revenue(
    work: Work,
    accrual_id: UUID,
    *,
    contract_id: UUID,
    contract_line_id: UUID,
    period: Period,
    minutes: int | None,
    amount: Decimal | None,
    reason: str,
) -> Accrual:
    """Take an estimate for earned on the last day of a month, and take it back on the first day of the next.

    Raises NoSuchContract, ContractNotActive, NoSuchSoldLine, NoEstimate, PeriodClosed.
    """
    work.actor.must(Permission.RECOGNISE_REVENUE)
    contract = await locked_contract(work, contract_id)
    contract.must_be_active()
    line = contract.line(contract_line_id)
    seller = await legal_entity_of(work, contract.legal_entity_id)
    accrual = Accrual(
        id=accrual_id,
        legal_entity=seller.code,
        contract_id=contract.id,
        contract_line_id=line.id,
        period_starts_on=period.starts_on,
        currency=contract.currency,
        amount=estimate(minutes=minutes, amount=amount, hourly_rate=line.hourly_rate, currency=contract.currency),
        minutes=minutes,
        reason=reason,
        accrued_by=work.actor.subject,
        accrued_at=work.now,
    )
    await store.add(work, accrual)
    last_day = list(period.days())[-1]
    entry = entry_for(accrual, last_day=last_day, contract_number=contract.number, thread_id=contract.thread_id)
    await post_until_next_month(work, entry)
    return accrual
