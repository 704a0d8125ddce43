"""Watching caps while work is recorded."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from services.billing.caps import store
from services.billing.caps.model import OpenWork, reached
from services.billing.contracts.actions import amendments_of
from services.billing.contracts.model import Contract, ContractLine, Method, terms_on
from shared.contracts.billing import CapThresholdReached
from shared.work import Work


async def announce_thresholds(work: Work, contract: Contract) -> None:
    """Tell which thresholds of its caps the work recorded on a contract has reached, each once."""
    for line, cap in await caps_of(work, contract):
        recorded, _ = await store.sums(work, contract.id, line.id)
        percents = reached(recorded, cap)
        for percent in await store.note_reached(work, line.id, cap=cap, percents=percents, recorded=recorded):
            work.publish(
                CapThresholdReached(
                    thread_id=contract.thread_id,
                    contract_id=contract.id,
                    billing_line_id=line.id,
                    opportunity_id=contract.opportunity_id,
                    project_id=contract.project_id,
                    account_id=contract.customer_id,
                    description=line.description,
                    percent=percent,
                    currency=contract.currency,
                    cap=cap,
                    recorded=recorded,
                )
            )


async def caps_of(work: Work, contract: Contract) -> list[tuple[ContractLine, Decimal]]:
    """The lines of a contract that have a cap, and the cap as agreed today."""
    lines = [line for line in contract.lines if line.method is Method.TIME_AND_MATERIALS_CAPPED]
    if not lines:
        return []
    amendments = await amendments_of(work, contract.id)
    agreed = [(line, terms_on(line, amendments, work.now.date()).cap) for line in lines]
    return [(line, cap) for line, cap in agreed if cap is not None]


async def left_under_cap(work: Work, contract: Contract, line: ContractLine, *, on: date) -> Decimal | None:
    """What its cap, as agreed on a day, leaves on a line beside what was recorded up to then; None without a cap."""
    cap = terms_on(line, await amendments_of(work, contract.id), on).cap
    if line.method is not Method.TIME_AND_MATERIALS_CAPPED or cap is None:
        return None
    recorded, _ = await store.sums(work, contract.id, line.id, up_to=on)
    return max(cap - recorded, Decimal())


async def work_under_cap(
    work: Work, contract: Contract, line: ContractLine, *, cap: Decimal, up_to: date
) -> tuple[list[OpenWork], Decimal]:
    """What is open on a capped line up to a day, and how much room its cap leaves for it."""
    _, billed = await store.sums(work, contract.id, line.id)
    return await store.open_work(work, contract.id, line.id, up_to=up_to), cap - billed
