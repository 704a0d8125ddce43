"""Adjusting unbilled work: all the items that were chosen, or none of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.billing.adjustments import store
from services.billing.adjustments.model import (
    AdjustmentKind,
    Change,
    NotTransferable,
    NotWaiting,
    Part,
    all_of,
    by_amount,
    by_percent,
    moved_to,
)
from services.billing.caps.actions import caps_of, work_under_cap
from services.billing.caps.model import within
from services.billing.contracts.actions import lock_contracts, sold_on
from services.billing.contracts.model import Contract
from services.billing.permissions import Permission
from services.billing.rates.actions import announce_worth, hold_rates, value_waiting_work
from services.billing.work_in_progress.model import NoSuchItem
from shared.ids import new_id
from shared.money import plain
from shared.reasons import because
from shared.work import Work


async def mark_up_or_down(
    work: Work, item_ids: Sequence[UUID], *, percent: Decimal | None, amount: Decimal | None, reason: str
) -> UUID:
    """Change what items are worth by a percentage each, or by an amount in all; the hours stay.

    Raises NoSuchItem, NotWaiting, NoValueYet, MoreThanThereIs, SeveralCurrencies, ChangesNothing.
    """
    work.actor.must(Permission.ADJUST_WORK)

    def changes(parts: Sequence[Part]) -> list[Change]:
        return by_percent(parts, percent) if percent is not None else by_amount(parts, amount or Decimal())

    return await _adjusted(work, item_ids, changes, kind=AdjustmentKind.ADJUSTED, reason=reason)


async def write_off(work: Work, item_ids: Sequence[UUID], *, reason: str) -> UUID:
    """Give up what is open of items, hours and value. Raises NoSuchItem, NotWaiting."""
    work.actor.must(Permission.WRITE_OFF_WORK)
    return await _adjusted(work, item_ids, all_of, kind=AdjustmentKind.WRITTEN_OFF, reason=reason)


async def write_down_to_caps(work: Work, contract: Contract, *, up_to: date) -> None:
    """Write what is open on a locked contract down to what its caps leave, and back up where there is room again."""
    for line, cap in await caps_of(work, contract):
        there, room = await work_under_cap(work, contract, line, cap=cap, up_to=up_to)
        changes = [Change(item_id, amount) for item_id, amount in within(there, room)]
        if changes:
            reason = f"Written down to the cap of {plain(cap)} {contract.currency}"
            await _kept(work, changes, kind=AdjustmentKind.CAPPED, reason=reason)


async def re_rate(work: Work, changes: Sequence[Change], *, re_rating_id: UUID, reason: str) -> None:
    """Let items of locked contracts be worth what another rate makes of them, and tell it."""
    kind = AdjustmentKind.RE_RATED
    await store.adjust(work, changes, kind=kind, adjustment_id=re_rating_id, reason=reason)
    await announce_worth(work, [change.item_id for change in changes])


async def _kept(work: Work, changes: Sequence[Change], *, kind: AdjustmentKind, reason: str) -> UUID:
    """Keep changes, and tell what the entries are worth now."""
    adjustment_id = new_id()
    await store.adjust(work, changes, kind=kind, adjustment_id=adjustment_id, reason=reason)
    await announce_worth(work, [change.item_id for change in changes])
    return adjustment_id


async def transfer(work: Work, item_ids: Sequence[UUID], *, contract_line_id: UUID, reason: str) -> UUID:
    """Move what is open of items to another contract line, with its value; what is unrated is valued there.

    Raises NoSuchItem, NotWaiting, NotTransferable, NoSuchContractLine.
    """
    work.actor.must(Permission.ADJUST_WORK)
    await hold_rates(work)
    target = await sold_on(work, contract_line_id)
    if target is None:
        raise NotTransferable(field="/contract_line_id")
    parts = await _parts(work, item_ids, also=target.contract_id)
    adjustment_id = new_id()
    moved = moved_to(target, parts, adjustment_id)
    await work.because(reason)
    await store.transfer(work, moved, line_id=contract_line_id)
    kind = AdjustmentKind.TRANSFERRED
    await store.adjust(work, all_of(parts), kind=kind, adjustment_id=adjustment_id, reason=reason)
    await value_waiting_work(work, contract_id=target.contract_id)
    return adjustment_id


async def _adjusted(
    work: Work,
    item_ids: Sequence[UUID],
    changes_of: Callable[[Sequence[Part]], list[Change]],
    *,
    kind: AdjustmentKind,
    reason: str,
) -> UUID:
    parts = await _parts(work, item_ids)
    await work.because(reason)
    return await _kept(work, changes_of(parts), kind=kind, reason=reason)


async def _parts(work: Work, item_ids: Sequence[UUID], *, also: UUID | None = None) -> list[Part]:
    """What is open of the items, behind the locks of their contracts, so that no draft takes it meanwhile."""
    wanted = list(dict.fromkeys(item_ids))
    contracts = set(await store.contracts_of(work, wanted)) | ({also} if also else set())
    await lock_contracts(work, contracts)
    parts = await store.parts(work, wanted)
    if len(parts) < len(wanted):
        raise NoSuchItem()
    if not all(part.is_waiting for part in parts):
        raise NotWaiting(
            because(
                "%(count)s of %(all)s do not wait.",
                count=sum(not part.is_waiting for part in parts),
                all=len(parts),
            )
        )
    return parts
