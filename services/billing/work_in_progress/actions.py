"""Taking over approved work, and holding it back from invoices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.billing.caps.actions import announce_thresholds
from services.billing.contracts.actions import amendments_of, contract_of, lock_contracts, locked_contract
from services.billing.contracts.model import Contract, Method, terms_on
from services.billing.permissions import Permission
from services.billing.rates.actions import announce_valued, hold_rates, value_new_work
from services.billing.rates.model import ValuedWork, in_increments
from services.billing.work_in_progress import store
from services.billing.work_in_progress.model import (
    COVERED_RULE,
    MILESTONE_RULE,
    BillableItem,
    BillableWithoutSale,
    MadeByRule,
    MilestoneBilledAlready,
    NoSuchItem,
    NotHeld,
    NotOpen,
    entry_item_id,
    milestone_item_id,
    rule_item_id,
)
from shared.contracts.delivery import ApprovedEntry, MilestoneAccepted
from shared.work import Work


async def take_approved_time(
    work: Work, entries: Sequence[ApprovedEntry], *, project_id: UUID, opportunity_id: UUID | None
) -> None:
    """Keep approved time, value what has a rate and say what it is worth; what was taken before changes nothing.

    Raises NoSuchContract, NoSuchSoldLine, BillableWithoutSale.
    """
    if opportunity_id is None:
        _must_not_be_billable(entries)
        return
    await hold_rates(work)
    contract = await contract_of(work, opportunity_id)
    known = [_item(entry, contract, project_id) for entry in entries]
    new = await store.add_new(work, known)
    items = [item for item in known if item.id in new]
    entry_ids = [item.entry_id for item in items if item.entry_id is not None]
    valued = await value_new_work(work, contract_id=contract.id, entry_ids=entry_ids)
    announce_valued(work, [*valued, *_without_value(items, valued)])
    await announce_thresholds(work, contract)


async def take_accepted_milestone(work: Work, milestone: MilestoneAccepted, *, opportunity_id: UUID) -> None:
    """Bill the fixed fee of an accepted milestone; one that bills nothing leaves nothing.

    Raises NoSuchContract, NoSuchSoldLine, MilestoneBilledAlready.
    """
    if milestone.billing_line_id is None:
        return
    contract = await contract_of(work, opportunity_id)
    line = contract.line(milestone.billing_line_id)
    if line.method is not Method.FIXED_FEE_MILESTONE:
        return  # a milestone of work that is billed by the hour is a date, not a bill
    billed = await store.milestone_of_line(work, line.id)
    if billed is not None and billed != milestone.milestone_id:
        raise MilestoneBilledAlready()
    item = BillableItem(
        id=milestone_item_id(milestone.milestone_id),
        contract_id=contract.id,
        contract_line_id=line.id,
        project_id=milestone.project_id,
        thread_id=contract.thread_id,
        milestone_id=milestone.milestone_id,
        day=milestone.accepted_on,
        note=milestone.name,
        is_billable=True,
        currency=contract.currency,
        rule=MILESTONE_RULE,
        value=terms_on(line, await amendments_of(work, contract.id), milestone.accepted_on).amount,
    )
    await store.add_new(work, [item])


async def price_milestones(work: Work, contract_id: UUID) -> None:
    """Let accepted milestones that are on no invoice yet bill what amendments make of their fees on that day."""
    contract = await locked_contract(work, contract_id)
    amendments = await amendments_of(work, contract_id)
    for item in await store.open_milestones(work, contract_id):
        if item.contract_line_id is not None:
            item.value = terms_on(contract.line(item.contract_line_id), amendments, item.day).amount
    await store.keep(work)


async def add_items(work: Work, items: Sequence[BillableItem]) -> None:
    """Keep items that are not here yet; what is here stays as it is."""
    if items:
        await store.add_new(work, items)


async def billed_by_rule(work: Work, line_id: UUID, rule: str) -> dict[date, list[MadeByRule]]:
    """What a rule made on a contract line, day by day; what is untouched follows what is written on it."""
    found: dict[date, list[MadeByRule]] = {}
    for one in await store.of_rule(work, line_id, rule):
        found.setdefault(one.item.day, []).append(one)
    return found


async def bill_up_to(
    work: Work,
    contract: Contract,
    line_id: UUID,
    *,
    rule: str,
    cumulative: Decimal,
    day: date,
    project_id: UUID,
    minutes: int | None = None,
    rate: Decimal | None = None,
    is_nought_kept: bool = False,
) -> None:
    """Let what a rule bills on a line of a locked contract come to `cumulative`.

    What was ever adjusted, or on an invoice or a draft, counts with what it was worth at first and stays as it is; one
    item that was not makes up the difference, and follows when the sum changes again.
    """
    made = await store.of_rule(work, line_id, rule)
    settled = [one.item for one in made if one.is_touched]
    rest = cumulative - sum((one.at_first for one in made if one.is_touched), Decimal())
    waiting = next((one.item for one in made if not one.is_touched), None)
    if waiting is None:
        if not rest and (settled or not is_nought_kept):
            return
        waiting = _of_rule(contract, line_id, rule, len(settled), day=day, project_id=project_id)
        await store.add(work, waiting)
    waiting.day, waiting.value, waiting.rate, waiting.project_id = day, rest, rate, project_id
    if minutes is not None:
        waiting.minutes = minutes - sum(item.minutes or 0 for item in settled)
        waiting.billable_minutes = waiting.minutes
    await store.keep(work)


async def hold_item(work: Work, item_id: UUID, *, reason: str) -> None:
    """Keep an item off invoices. Raises NoSuchItem, NotOpen."""
    work.actor.must(Permission.HOLD_WORK)
    item = await _locked(work, item_id)
    await work.because(reason)
    is_all_taken = await store.is_all_taken(work, item_id)
    item.hold(reason=reason, by=work.actor.subject, at=work.now, is_all_taken=is_all_taken)
    await store.keep(work)


async def release_item(work: Work, item_id: UUID, *, reason: str) -> None:
    """Let a held item go on an invoice again. Raises NoSuchItem, NotHeld."""
    work.actor.must(Permission.HOLD_WORK)
    item = await _locked(work, item_id)
    await work.because(reason)
    item.release()
    await store.keep(work)


async def hold_items(work: Work, item_ids: Sequence[UUID], *, reason: str) -> None:
    """Keep items off invoices, all of them or none. Raises NotOpen."""
    work.actor.must(Permission.HOLD_WORK)
    wanted = set(item_ids)
    await lock_contracts(work, await store.contracts_of(work, list(wanted)))
    await work.because(reason)
    if await store.hold_all(work, list(wanted), reason=reason) < len(wanted):
        raise NotOpen()


async def release_items(work: Work, item_ids: Sequence[UUID], *, reason: str) -> None:
    """Let held items go on an invoice again, all of them or none. Raises NotHeld."""
    work.actor.must(Permission.HOLD_WORK)
    wanted = set(item_ids)
    await lock_contracts(work, await store.contracts_of(work, list(wanted)))
    await work.because(reason)
    if await store.hold_all(work, list(wanted), reason=None) < len(wanted):
        raise NotHeld()


async def _locked(work: Work, item_id: UUID) -> BillableItem:
    """The item, behind the lock of its contract, so that no draft takes it meanwhile."""
    contract_id = await store.contract_of(work, item_id)
    if contract_id is None:
        raise NoSuchItem()
    await locked_contract(work, contract_id)
    item = await store.get(work, item_id)
    if item is None:
        raise NoSuchItem()
    return item


def _of_rule(contract: Contract, line_id: UUID, rule: str, number: int, *, day: date, project_id: UUID) -> BillableItem:
    return BillableItem(
        id=rule_item_id(line_id, rule, str(number)),
        contract_id=contract.id,
        contract_line_id=line_id,
        project_id=project_id,
        thread_id=contract.thread_id,
        day=day,
        is_billable=True,
        currency=contract.currency,
        rule=rule,
    )


def _must_not_be_billable(entries: Iterable[ApprovedEntry]) -> None:
    if any(entry.billable for entry in entries):
        raise BillableWithoutSale()


def _item(entry: ApprovedEntry, contract: Contract, project_id: UUID) -> BillableItem:
    line = None if entry.billing_line_id is None else contract.line(entry.billing_line_id)
    is_covered = line is not None and line.method is Method.RETAINER
    return BillableItem(
        id=entry_item_id(entry.entry_id, entry.version),
        contract_id=contract.id,
        contract_line_id=entry.billing_line_id,
        project_id=project_id,
        thread_id=contract.thread_id,
        entry_id=entry.entry_id,
        entry_version=entry.version,
        corrects_entry_id=entry.corrects_entry_id if entry.minutes < 0 else None,
        task_id=entry.task_id,
        person_id=entry.person_id,
        staffing_role=entry.staffing_role,
        day=entry.day,
        minutes=entry.minutes,
        billable_minutes=in_increments(entry.minutes, contract.billing_increment_minutes),
        note=entry.note,
        is_billable=entry.billable and (line is None or line.method.is_by_the_hour or is_covered),
        currency=contract.currency,
        rule=COVERED_RULE if is_covered and entry.billable else None,
        value=Decimal() if is_covered and entry.billable else None,
    )


def _without_value(items: Iterable[BillableItem], valued: Iterable[ValuedWork]) -> list[ValuedWork]:
    """The new entries that are unrated, and those that are not billed by the hour, which are worth nought."""
    known = {each.entry_id for each in valued}
    return [
        ValuedWork(
            entry_id=item.entry_id,
            project_id=item.project_id,
            contract_id=item.contract_id,
            contract_line_id=item.contract_line_id,
            thread_id=item.thread_id,
            currency=item.currency,
            minutes=item.minutes or 0,
            value=item.value if item.is_billable else Decimal(),
        )
        for item in items
        if item.entry_id is not None and item.entry_id not in known
    ]
