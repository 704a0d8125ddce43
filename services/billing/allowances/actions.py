"""Setting the policy, and bringing the allowance to what it says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from services.billing.allowances import store
from services.billing.allowances.model import (
    AllowanceGoesBack,
    AllowanceInFuture,
    AllowancePolicy,
    AllowanceRun,
    Claims,
    NoAllowancePolicy,
    check_percents,
    parts_of,
    posting,
    totals_of,
)
from services.billing.exchange_rates.actions import rates_on
from services.billing.ledger.actions import post_entry
from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import NewEntry, Source, SourceKind
from services.billing.ledger.model.leaving import leaving
from services.billing.ledger.queries import balance_of, functional_balance_of
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.permissions import Permission
from services.billing.receivables.queries import claims_by_age
from shared.errors import AlreadyExists
from shared.ids import new_id
from shared.money import Money
from shared.reasons import because
from shared.work import Work


async def set_allowance_policy(work: Work, policy: AllowancePolicy) -> None:
    """Say what is likely lost of open claims from a day on; said again for the same day, the last counts.

    Raises NoSuchLegalEntity, PercentOutOfRange.
    """
    work.actor.must(Permission.KEEP_ALLOWANCE)
    check_percents(policy.percents)
    await legal_entity_of(work, policy.legal_entity_id)
    await store.add_policy(work, policy)


async def has_allowance(work: Work, legal_entity_id: UUID, *, on: date) -> bool:
    """Whether losses of a legal entity are expected beforehand, so that a write-off uses the allowance."""
    return await store.policy_on(work, legal_entity_id, on) is not None


async def preview_allowance(work: Work, legal_entity_id: UUID, *, as_of: date) -> AllowanceRun:
    """What a run would come to now; nothing is kept. Raises what adjusting raises."""
    work.actor.must(Permission.SEE_LEDGER)
    return await _reckoned(work, new_id(), legal_entity_id, as_of)


async def adjust_allowance(work: Work, run_id: UUID, legal_entity_id: UUID, *, as_of: date) -> AllowanceRun:
    """Bring the allowance to what the policy says of the claims open at the end of a day, by posting the difference.

    Asked again with the same id, it gives the run that stands. Raises NoSuchLegalEntity, NoAllowancePolicy,
    AllowanceInFuture, AllowanceGoesBack, AlreadyExists, PeriodClosed, MissingExchangeRate.
    """
    work.actor.must(Permission.KEEP_ALLOWANCE)
    standing = await store.get(work, run_id)
    if standing is not None:
        if (standing.legal_entity_id, standing.as_of) != (legal_entity_id, as_of):
            raise AlreadyExists()
        return standing
    run = await _reckoned(work, run_id, legal_entity_id, as_of)
    await store.add(work, run)
    await _post(work, run)
    return run


async def _reckoned(work: Work, run_id: UUID, legal_entity_id: UUID, as_of: date) -> AllowanceRun:
    entity = await legal_entity_of(work, legal_entity_id)
    if as_of > work.now.date():
        raise AllowanceInFuture(field="/as_of")
    last = await store.lock(work, legal_entity_id)
    if last is not None and as_of < last:
        raise AllowanceGoesBack(because("The last run is of %(last)s.", last=last), field="/as_of")
    policy = await store.policy_on(work, legal_entity_id, as_of)
    if policy is None:
        raise NoAllowancePolicy(field="/legal_entity_id")
    claims = [Claims(*row) for row in await claims_by_age(work, legal_entity_id, as_of=as_of)]
    parts = parts_of(claims, policy)
    totals = totals_of(parts, await balance_of(work, entity.code, PostingRole.ALLOWANCE, up_to=as_of))
    return AllowanceRun(run_id, legal_entity_id, as_of, policy.id, work.actor.subject, work.now, parts, totals)


async def _post(work: Work, run: AllowanceRun) -> None:
    entity = await legal_entity_of(work, run.legal_entity_id)
    books = entity.functional_currency
    foreign = {(one.currency, books, run.as_of) for one in run.totals if one.difference and one.currency != books}
    rates = await rates_on(work, foreign)
    stood = await functional_balance_of(work, entity.code, PostingRole.ALLOWANCE, up_to=run.as_of) if foreign else {}
    for total in run.totals:
        if total.difference:
            source = Source(SourceKind.ALLOWANCE, run.id, leg=total.currency)
            text = f"Allowance for doubtful claims at {run.as_of}"
            lines = posting(total)
            entry = NewEntry(
                entity.code, total.currency, run.as_of, text, source, lines, difference=PostingRole.BAD_DEBT
            )
            if rate := rates.get((total.currency, books, run.as_of)):
                # All of it is at the rate of the day then, not only what is posted: it is estimated anew each time.
                change = -rate.translate(total.wanted, into=books) - stood.get(total.currency, Decimal())
                entry = leaving(entry, PostingRole.ALLOWANCE, Money(change, books))
            await post_entry(work, entry)
