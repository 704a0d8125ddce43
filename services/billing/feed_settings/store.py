"""How the settings of feeds are kept: every version, for good."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Integer, Row, String, Uuid, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from services.billing.feed_settings.model import DateFormat, Feed, FeedSettings, PostingStatus, Settings
from services.billing.tables import schema
from shared.database import choice, only_one
from shared.work import Work

feed_settings = schema.table(
    "feed_settings",
    Column("id", Uuid, primary_key=True),
    Column("legal_entity", String, nullable=False),
    choice("feed", Feed),
    Column("version", Integer, nullable=False),
    Column("currency", String(3), nullable=False),
    choice("date_format", DateFormat),
    Column("subsidiary", String, nullable=False),
    Column("journal", String, nullable=False),
    Column("location", String, nullable=False),
    Column("receivables_customer", String, nullable=False),
    choice("status", PostingStatus),
    Column("consultant", Integer),
    Column("client", Integer),
    Column("account_length", Integer, nullable=False),
    Column("fiscal_year_starts_in", Integer, nullable=False),
    Column("locks", Boolean, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("made_by", String, nullable=False),
    only_one("legal_entity", "feed", "version"),
    append_only=True,
)
SETTINGS = [field.name for field in fields(Settings)]


async def add(work: Work, made: FeedSettings) -> None:
    """Keep a new version."""
    row = {name: getattr(made, name) for name in ("id", "legal_entity", "feed", "version", "made_at", "made_by")}
    settings = {name: getattr(made.settings, name) for name in SETTINGS}
    await work.session.execute(insert(feed_settings).values(**row, **settings))


async def next_version(work: Work, *, legal_entity: str, feed: Feed) -> int:
    """The version that the next settings of this feed will have."""
    made = feed_settings.c
    last = select(func.max(made.version)).where(made.legal_entity == legal_entity, made.feed == feed)
    return (await work.session.scalar(last) or 0) + 1


async def in_force(work: Work, *, legal_entity: str, feed: Feed, at: datetime) -> FeedSettings | None:
    """The last version made up to `at`; where there was none yet, the first one made since."""
    made = feed_settings.c
    was_there = made.made_at <= at
    standing = select(feed_settings).where(made.legal_entity == legal_entity, made.feed == feed, was_there)
    later = select(feed_settings).where(made.legal_entity == legal_entity, made.feed == feed, ~was_there)
    for wanted in (standing.order_by(made.version.desc()), later.order_by(made.version)):
        row = (await work.session.execute(wanted.limit(1))).first()
        if row is not None:
            return of_row(row)
    return None


async def of_version(work: Work, *, legal_entity: str, feed: Feed, version: int) -> FeedSettings | None:
    """One version of the settings of a feed."""
    made = feed_settings.c
    wanted = select(feed_settings).where(made.legal_entity == legal_entity, made.feed == feed, made.version == version)
    row = (await work.session.execute(wanted)).first()
    return of_row(row) if row is not None else None


async def last_versions(work: Work, legal_entity: str) -> list[FeedSettings]:
    """The newest settings of every feed of a legal entity that has some."""
    made = feed_settings.c
    newest = (
        select(feed_settings)
        .ext(distinct_on(made.feed))
        .where(made.legal_entity == legal_entity)
        .order_by(made.feed, made.version.desc())
    )
    return [of_row(row) for row in await work.session.execute(newest)]


def of_row(row: Row[Any]) -> FeedSettings:
    """The settings that a row keeps."""
    settings = Settings(**{name: getattr(row, name) for name in SETTINGS})
    return FeedSettings(row.id, row.legal_entity, row.feed, row.version, settings, row.made_at, row.made_by)
