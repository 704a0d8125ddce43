"""Entering exchange rates, and finding those that count."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import date
from uuid import UUID

from services.billing.exchange_rates import store
from services.billing.exchange_rates.model import (
    ExchangeRate,
    KeptRate,
    MissingExchangeRate,
    counting,
    pair_of,
    versions,
)
from services.billing.permissions import Permission
from shared.work import Work

Wanted = tuple[str, str, date]


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


async def rates_on(work: Work, wanted: Collection[Wanted]) -> Mapping[Wanted, KeptRate]:
    """The rate that counts for each pair of currencies and day; raises MissingExchangeRate."""
    found = await _covering(work, wanted)
    return {(one, other, on): counting(found, one, other, on=on) for one, other, on in wanted}


async def known_rates_on(work: Work, wanted: Collection[Wanted]) -> Mapping[Wanted, KeptRate]:
    """The rates that count for these pairs of currencies and days, as far as there are any."""
    found, known = await _covering(work, wanted), {}
    for one, other, on in wanted:
        with suppress(MissingExchangeRate):
            known[one, other, on] = counting(found, one, other, on=on)
    return known


async def _covering(work: Work, wanted: Collection[Wanted]) -> list[KeptRate]:
    days = [on for _, _, on in wanted]
    pairs = {pair_of(one, other) for one, other, _ in wanted}
    return await store.covering(work, pairs, first=min(days), last=max(days)) if wanted else []
