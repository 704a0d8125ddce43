"""Agreeing premiums, and letting them end."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.billing.permissions import Permission
from services.billing.premiums import store
from services.billing.premiums.model import NoSuchPremium, Premium, check_overlap
from shared.work import Work


async def agree_premium(work: Work, premium: Premium) -> Premium:
    """Let a premium count for work that is valued from now on.

    Raises PremiumForBoth, HolidaysOfWhere, OvertimeBeyondWhat, PremiumOverlaps.
    """
    work.actor.must(Permission.AGREE_RATES)
    premium.check()
    store.days_of(premium, until=premium.period.starts_on.year)
    await store.wait_for_turn(work)
    check_overlap(premium, await store.of_kind(work, premium.kind))
    await store.add(work, premium)
    return premium


async def end_premium(work: Work, premium_id: UUID, *, ends_before: date) -> Premium:
    """Let a premium end; what was valued with it stays as it is. Raises NoSuchPremium, PremiumEndsTooEarly."""
    work.actor.must(Permission.AGREE_RATES)
    await store.wait_for_turn(work)
    premium = await store.get(work, premium_id)
    if premium is None:
        raise NoSuchPremium()
    ended = premium.ended(ends_before)
    await store.end(work, ended)
    return ended
