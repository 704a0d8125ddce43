"""Reading how feeds are set up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import column, select, table

from services.billing.feed_settings import store
from services.billing.feed_settings.model import Feed, FeedSettings
from services.billing.feed_settings.store import feed_settings
from services.billing.permissions import Permission
from shared.database import Page, page
from shared.work import Work

# What the form for new settings begins with.
legal_entities = table("legal_entities", column("code"), column("functional_currency"))


async def in_force(work: Work, *, legal_entity: str, feed: Feed, at: datetime) -> FeedSettings | None:
    """The settings that hold for what was sealed at `at`, for other features of billing.

    What was there then, or, where nobody had set the feed up yet, what came first: so the answer never changes again.
    """
    return await store.in_force(work, legal_entity=legal_entity, feed=feed, at=at)


async def of_version(work: Work, *, legal_entity: str, feed: Feed, version: int) -> FeedSettings | None:
    """One version of the settings of a feed, for other features of billing."""
    return await store.of_version(work, legal_entity=legal_entity, feed=feed, version=version)


async def set_up(work: Work, legal_entity: str) -> dict[Feed, FeedSettings]:
    """The newest settings of every feed that was set up for a legal entity, for other features of billing."""
    return {made.feed: made for made in await store.last_versions(work, legal_entity)}


async def versions(work: Work, *, legal_entity: str, feed: Feed, cursor: str | None, limit: int) -> Page[FeedSettings]:
    """Every version of the settings of a feed, the newest first."""
    work.actor.must(Permission.SEE_CHART)
    made = feed_settings.c
    wanted = select(feed_settings).where(made.legal_entity == legal_entity, made.feed == feed)
    found = await page(work.session, wanted, keys=(made.version,), cursor=cursor, limit=limit, descending=True)
    return Page([store.of_row(row) for row in found.items], found.next)


async def functional_currencies(work: Work) -> dict[str, str]:
    """The legal entities, each with the currency that it reckons in."""
    work.actor.must(Permission.SEE_CHART)
    return {row.code: row.functional_currency for row in await work.session.execute(select(legal_entities))}
