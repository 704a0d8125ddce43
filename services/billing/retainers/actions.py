"""Letting the months of retainers be billed: each fee once, and the time beyond what it pays for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from services.billing.contracts.actions import amendments_of, locked_contract
from services.billing.contracts.model import Contract
from services.billing.permissions import Permission
from services.billing.retainers import store
from services.billing.retainers.model import (
    OVERAGE_RULE,
    RETAINER_RULE,
    RetainerLine,
    RetainerMonth,
    overage_value,
    retainer_lines,
)
from services.billing.work_in_progress.actions import add_items, bill_up_to, billed_by_rule
from services.billing.work_in_progress.model import BillableItem, rule_item_id
from shared.jobs import CalendarJob, Job, Progress
from shared.work import Work

AT_ONCE = 20
FIRST = UUID(int=0)


async def bill_retainers(work: Work, contract_id: UUID, *, up_to: date | None = None) -> None:
    """Let the fees of all months be billed that begin up to `up_to`, which may lie ahead, and the overage until today.

    Asked again, it adds what is new. Raises NoSuchContract, ContractNotActive.
    """
    work.actor.must(Permission.PREPARE_INVOICES)
    contract = await locked_contract(work, contract_id)
    contract.must_be_active()
    await _bill(work, contract, up_to=up_to or work.now.date())


async def follow_amendments(work: Work, contract_id: UUID) -> None:
    """Let the months that were billed by now come to what is agreed now.

    It never bills a month first: whether the contract is active yet depends on what was heard before.
    """
    contract = await locked_contract(work, contract_id)
    billed_up_to = await store.billed_up_to(work, contract_id)
    if billed_up_to is not None:
        await _bill(work, contract, up_to=billed_up_to)


async def _bill_by_the_calendar(work: Work, job: Job) -> Progress:
    """Bill the months of a few contracts, then go on with the next ones."""
    found = await store.contracts_after(work, UUID(job.cursor.get("after", str(FIRST))), limit=AT_ONCE)
    for contract_id in found:
        await _bill(work, await locked_contract(work, contract_id), up_to=work.now.date())
    done = job.done + len(found)
    return Progress(done, done, cursor={"after": str(found[-1])} if len(found) == AT_ONCE else None)


BILL_RETAINERS = CalendarJob("billing.bill_retainers", _bill_by_the_calendar, every=timedelta(days=1))


async def _bill(work: Work, contract: Contract, *, up_to: date) -> None:
    today = work.now.date()
    for line in retainer_lines(contract, await amendments_of(work, contract.id)):
        months = await store.months(work, contract.id, line)
        await _bill_fees(work, contract, line, months, up_to=up_to)
        ended = [month for month in months if month.last_day < today]
        beyond = [month for month in ended if month.overage]
        if ended and line.overage_rate is not None:
            await bill_up_to(
                work,
                contract,
                line.id,
                cumulative=sum((overage_value(month, line) for month in ended), Decimal()),
                minutes=sum(month.overage for month in ended),
                rate=line.overage_rate,
                day=(beyond or ended)[-1].last_day,
                rule=OVERAGE_RULE,
                project_id=contract.project_id or FIRST,
            )


async def _bill_fees(
    work: Work, contract: Contract, line: RetainerLine, months: Sequence[RetainerMonth], *, up_to: date
) -> None:
    """Bill the months that begin up to a day, and let those billed before come to what is agreed on them by now."""
    agreed = {month.starts_on: month for month in months}
    billed = await billed_by_rule(work, line.id, RETAINER_RULE)
    new = []
    for day in sorted({*billed, *(day for day in agreed if day <= up_to)}):
        month, made = agreed.get(day), billed.get(day, [])
        rest = (month.fee if month else Decimal()) - sum((one.at_first for one in made if one.is_touched), Decimal())
        item = next((one.item for one in made if not one.is_touched), None)
        if item is None and rest:
            item = _fee(contract, line, day, number=len(made))
            new.append(item)
        if item is not None:
            item.value, item.note = rest, f"{day} to {month.last_day if month else day}"
    await add_items(work, new)


def _fee(contract: Contract, line: RetainerLine, day: date, *, number: int) -> BillableItem:
    which = day.isoformat() if number == 0 else f"{day}/{number}"
    return BillableItem(
        id=rule_item_id(line.id, RETAINER_RULE, which),
        contract_id=contract.id,
        contract_line_id=line.id,
        project_id=contract.project_id or FIRST,
        thread_id=contract.thread_id,
        day=day,
        is_billable=True,
        currency=contract.currency,
        rule=RETAINER_RULE,
    )
