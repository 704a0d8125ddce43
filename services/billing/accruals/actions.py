"""Accruing revenue at the end of a month."""

from __future__ import annotations

from services.billing.accruals import store
from services.billing.accruals.model import Accrual, AccrualBeyondCap, Asked, entry_for
from services.billing.caps.actions import left_under_cap
from services.billing.contracts.actions import locked_contract
from services.billing.ledger.actions import post_until_next_month
from services.billing.ledger.model.entries import NewEntry
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.permissions import Permission
from shared.money import plain
from shared.reasons import because
from shared.work import Work


async def accrue_revenue(work: Work, asked: Asked) -> Accrual:
    """Take an estimate for earned on the last day of a month, and take it back on the first day of the next.

    Raises NoSuchContract, ContractNotActive, NoSuchSoldLine, NoEstimate, AccrualBeyondCap,
    PeriodClosed.
    """
    accrual, entry = await _accrual(work, asked)
    await store.add(work, accrual)
    await post_until_next_month(work, entry)
    return accrual


async def preview_accrual(work: Work, asked: Asked) -> Accrual:
    """What would be accrued, without doing it. Raises as accrue_revenue, but for PeriodClosed."""
    accrual, _ = await _accrual(work, asked)
    return accrual


async def _accrual(work: Work, asked: Asked) -> tuple[Accrual, NewEntry]:
    work.actor.must(Permission.RECOGNISE_REVENUE)
    contract = await locked_contract(work, asked.contract_id)
    contract.must_be_active()
    line = contract.line(asked.contract_line_id)
    seller = await legal_entity_of(work, contract.legal_entity_id)
    last_day = list(asked.period.days())[-1]
    amount = asked.worth(hourly_rate=line.hourly_rate, currency=contract.currency)
    left = await left_under_cap(work, contract, line, on=last_day)
    if left is not None and amount > left:
        raise AccrualBeyondCap(
            because(
                "The cap of %(line)s leaves %(left)s %(currency)s, and %(amount)s would be accrued.",
                line=line.description,
                left=plain(left),
                currency=contract.currency,
                amount=plain(amount),
            ),
            field="/amount",
        )
    accrual = Accrual(
        id=asked.id,
        legal_entity=seller.code,
        contract_id=contract.id,
        contract_line_id=line.id,
        period_starts_on=asked.period.starts_on,
        currency=contract.currency,
        amount=amount,
        minutes=asked.minutes,
        reason=asked.reason,
        accrued_by=work.actor.subject,
        accrued_at=work.now,
    )
    return accrual, entry_for(accrual, last_day=last_day, contract_number=contract.number, thread_id=contract.thread_id)
