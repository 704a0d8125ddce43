"""Setting up feeds."""

from __future__ import annotations

from uuid import UUID

from services.billing.feed_settings import store
from services.billing.feed_settings.model import Feed, FeedSettings, Settings, check
from services.billing.ledger.queries import books_of
from services.billing.permissions import Permission
from shared.work import Work


async def set_up_feed(
    work: Work, settings_id: UUID, *, legal_entity: str, feed: Feed, settings: Settings
) -> FeedSettings:
    """Say how the books of `feed` are set up from now on. Raises NoBooks, SettingMissing."""
    work.actor.must(Permission.KEEP_CHART)
    await books_of(work, legal_entity)
    check(feed, settings)
    version = await store.next_version(work, legal_entity=legal_entity, feed=feed)
    made = FeedSettings(settings_id, legal_entity, feed, version, settings, work.now, work.actor.subject)
    await store.add(work, made)
    return made
