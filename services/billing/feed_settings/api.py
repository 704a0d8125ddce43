"""Settings of feeds over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.billing.feed_settings import queries
from services.billing.feed_settings.actions import set_up_feed
from services.billing.feed_settings.model import DateFormat, Feed, FeedSettings, PostingStatus, SettingMissing, Settings
from services.billing.ledger.model.accounts import NoBooks
from shared.actor import NotPermitted
from shared.contracts.base import Currency
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, refusals

router = APIRouter(prefix="/feed-settings", tags=["ledger batches"], route_class=WorkRoute)
Name = Annotated[str, Field(max_length=200)]


class FeedSettingsBody(Body):
    """How one system's books are set up for a legal entity; it reads only what concerns it."""

    legal_entity: str
    feed: Feed
    currency: Annotated[Currency, Field(description="what the books are kept in")]
    date_format: DateFormat = Field(default=DateFormat.AMERICAN, description="NetSuite, Intacct")
    subsidiary: Annotated[Name, Field(description="NetSuite: full name")] = ""
    journal: Annotated[str, Field(max_length=20, description="Intacct: symbol of the journal")] = ""
    location: Annotated[str, Field(max_length=20, description="Intacct: id of the location")] = ""
    receivables_customer: Annotated[Name, Field(description="QuickBooks: id of the customer of receivables")] = ""
    status: PostingStatus = Field(default=PostingStatus.DRAFT, description="Xero")
    consultant: int | None = Field(default=None, ge=1001, le=9_999_999, description="DATEV: Berater")
    client: int | None = Field(default=None, ge=1, le=99_999, description="DATEV: Mandant")
    account_length: int = Field(default=4, ge=4, le=8, description="DATEV: digits of a ledger account")
    fiscal_year_starts_in: int = Field(default=1, ge=1, le=12, description="DATEV: month")
    locks: bool = Field(default=False, description="DATEV: Festschreibung")

    @property
    def settings(self) -> Settings:
        """What it says of the books."""
        return Settings(**self.model_dump(exclude={"legal_entity", "feed"}))


class FeedSettingsView(View):
    """One version of the settings."""

    id: UUID
    legal_entity: str
    feed: Feed
    version: int
    currency: str
    date_format: DateFormat
    subsidiary: str
    journal: str
    location: str
    receivables_customer: str
    status: PostingStatus
    consultant: int | None
    client: int | None
    account_length: int
    fiscal_year_starts_in: int
    locks: bool
    made_at: datetime
    made_by: str


@router.put("/{settings_id}", status_code=201, responses=refusals(NotPermitted, NoBooks, SettingMissing))
async def put_settings(settings_id: UUID, body: FeedSettingsBody, work: InWork) -> FeedSettingsView:
    """Set up a feed; other settings under a new id make a new version, for what is sealed from then on."""
    made = await set_up_feed(work, settings_id, legal_entity=body.legal_entity, feed=body.feed, settings=body.settings)
    return view(made)


@router.get("", responses=refusals(NotPermitted))
async def list_settings(
    work: InWork, *, legal_entity: str, feed: Feed, cursor: Cursor = None, limit: Limit = 50
) -> PageOf[FeedSettingsView]:
    """Every version of a feed's settings, the newest first."""
    found = await queries.versions(work, legal_entity=legal_entity, feed=feed, cursor=cursor, limit=limit)
    return PageOf(items=[view(one) for one in found.items], next=found.next)


def view(made: FeedSettings) -> FeedSettingsView:
    """The settings as the API shows them."""
    return FeedSettingsView(
        **vars(made.settings), **{key: value for key, value in vars(made).items() if key != "settings"}
    )
