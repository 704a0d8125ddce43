"""Entering exchange rates, and finding those that count."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from services.billing.exchange_rates import store
from services.billing.exchange_rates.model import ExchangeRate, KeptRate, counting, pair_of, versions
from services.billing.permissions import Permission
from shared.work import Work


async def enter_rate(work: Work, rate_id: UUID, rate: ExchangeRate, *, corrects: bool = False) -> UUID:
    """Keep a rate; gives the id of the one that stands, which may have been entered before.

    Raises ExchangeRateStands where another one starts on the same day and this does not correct it.
    """
    work.actor.must(Permission.KEEP_EXCHANGE_RATES)
    standing = await store.standing(work, [(rate.pair, rate.starts_on)])
    new = [(rate_id, version, said) for _, version, said in versions([rate], standing, corrects=corrects)]
    await store.add(work, new)
    return rate_id if new else standing[rate.pair, rate.starts_on].id


async def bring_in_rates(work: Work, rates: Sequence[ExchangeRate], *, corrects: bool = False) -> int:
    """Keep the rates of a file, all or none, and say how many are new; those that stand already are left alone.

    Raises ExchangeRateStands.
    """
    work.actor.must(Permission.KEEP_EXCHANGE_RATES)
    standing = await store.standing(work, {(rate.pair, rate.starts_on) for rate in rates})
    new = list(versions(rates, standing, corrects=corrects))
    await store.add(work, new)
    return len(new)


async def rates_on(work: Work, wanted: Collection[tuple[str, str, date]]) -> Mapping[tuple[str, str, date], KeptRate]:
    """The rate that counts for each pair of currencies and day; raises MissingExchangeRate."""
    if not wanted:
        return {}
    pairs = {pair_of(one, other) for one, other, _ in wanted}
    days = [on for _, _, on in wanted]
    found = await store.covering(work, pairs, first=min(days), last=max(days))
    return {(one, other, on): counting(found, one, other, on=on) for one, other, on in wanted}
