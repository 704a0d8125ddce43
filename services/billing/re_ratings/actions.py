"""Re-rating unbilled work: begun once, then done by a job that goes on where it was cut off."""

from __future__ import annotations

from uuid import UUID

from services.billing.adjustments.actions import re_rate
from services.billing.adjustments.model import Change
from services.billing.caps.actions import announce_thresholds
from services.billing.contracts.actions import locked_contracts
from services.billing.permissions import Permission
from services.billing.rates.actions import follow_overtime, hold_rates
from services.billing.rates.model import Unbilled
from services.billing.rates.queries import is_anything_rated_otherwise, to_re_rate
from services.billing.re_ratings import store
from services.billing.re_ratings.model import NoSuchReRating, NothingToReRate, ReRating, check_days
from shared.errors import AlreadyExists
from shared.jobs import Job, JobKind, Progress, start
from shared.work import Work

A_STEP = 25  # contracts
FIRST = UUID(int=0)


async def start_re_rating(work: Work, re_rating_id: UUID, chosen: Unbilled, *, reason: str) -> ReRating:
    """Begin to re-rate what is unbilled.

    Raises NoDays, NothingToReRate, AlreadyExists.
    """
    work.actor.must(Permission.RE_RATE_WORK)
    check_days(chosen)
    if await store.get(work, re_rating_id) is not None:
        raise AlreadyExists()
    if not await is_anything_rated_otherwise(work, chosen):
        raise NothingToReRate()
    one = ReRating(
        id=re_rating_id,
        contract_id=chosen.contract_id,
        customer_id=chosen.customer_id,
        from_on=chosen.from_on,
        up_to=chosen.up_to,
        reason=reason,
        started_by=work.actor.subject,
        started_at=work.now,
    )
    await store.add(work, one)
    await start(work, RE_RATING, id=one.id, payload={}, total=await store.contracts_in_all(work, chosen))
    return one


async def _advance(work: Work, job: Job) -> Progress:
    """Re-rate the next contracts; what a step finds is what is unbilled then."""
    one = await store.get(work, job.id)
    if one is None:
        raise NoSuchReRating()
    await hold_rates(work)
    after = UUID(job.cursor.get("after", str(FIRST)))
    lot = await store.contracts_after(work, one.chosen, after=after, many=A_STEP)
    contracts = await locked_contracts(work, lot)
    changed = await to_re_rate(work, one.chosen, contract_ids=lot)
    if changed:
        await work.because(one.reason)
        rates = [each for each in changed if not each.is_overtime]
        await store.give_rates(work, rates)
        changes = [Change(each.item_id, each.amount) for each in rates]
        await re_rate(work, changes, re_rating_id=one.id, reason=one.reason)
        await follow_overtime(work, one.chosen, contract_ids=lot)
        await store.keep(work, one.id, changed)
        touched = {each.contract_id for each in changed}
        for contract in contracts:
            if contract.id in touched:
                await announce_thresholds(work, contract)
    done = job.done + len(lot)
    if len(lot) == A_STEP:
        return Progress(done, max(done, job.total), cursor={"after": str(lot[-1])})
    return Progress(done, done, result={"items": await store.count(work, one.id)})


RE_RATING = JobKind("billing.re_rating", _advance)
