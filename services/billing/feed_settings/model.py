"""What a system's import must be told besides the entries: whose books they are, and how that system reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from shared.errors import Invalid
from shared.reasons import because


class SettingMissing(Invalid):
    """This system needs one more setting.

    Fill in the field that is named.
    """


class Feed(StrEnum):
    """A system that batches are written for; a batch sealed for a target of this name is tried in its format first."""

    NETSUITE = "netsuite"
    BUSINESS_CENTRAL = "business_central"
    QUICKBOOKS = "quickbooks"
    XERO = "xero"
    DATEV = "datev"
    INTACCT = "intacct"


class DateFormat(StrEnum):
    """How the system's user, who imports, has dates written."""

    AMERICAN = "MM/DD/YYYY"
    BRITISH = "DD/MM/YYYY"
    GERMAN = "DD.MM.YYYY"
    ISO = "YYYY-MM-DD"

    def written(self, day: date) -> str:
        """`day` in this form."""
        return day.strftime(self.value.replace("YYYY", "%Y").replace("MM", "%m").replace("DD", "%d"))


class PostingStatus(StrEnum):
    """Whether Xero posts a journal at once or keeps it as a draft."""

    DRAFT = "DRAFT"
    POSTED = "POSTED"


@dataclass(frozen=True)
class Settings:
    """How one system's books are set up; a system reads only what concerns it."""

    currency: str
    """The currency that the books are kept in."""
    date_format: DateFormat = DateFormat.AMERICAN
    """NetSuite, Intacct."""
    subsidiary: str = ""
    """NetSuite: full name of the subsidiary; empty where the account has only one."""
    journal: str = ""
    """Intacct: symbol of the journal, for example GJ."""
    location: str = ""
    """Intacct: id of the location, where lines need one."""
    receivables_customer: str = ""
    """QuickBooks: id of the customer under whom receivables stand, since each line of them must name one."""
    status: PostingStatus = PostingStatus.DRAFT
    """Xero."""
    consultant: int | None = None
    """DATEV: number of the tax consultant (Berater)."""
    client: int | None = None
    """DATEV: number of the client (Mandant)."""
    account_length: int = 4
    """DATEV: digits of a general ledger account."""
    fiscal_year_starts_in: int = 1
    """DATEV: month, 1 to 12."""
    locks: bool = False
    """DATEV: whether what is imported is committed at once (Festschreibung)."""


@dataclass(frozen=True)
class FeedSettings:
    """The settings of one system for one legal entity from `made_at` on; a change is a new version."""

    id: UUID
    legal_entity: str
    feed: Feed
    version: int
    settings: Settings
    made_at: datetime
    made_by: str


NEEDED: Mapping[Feed, tuple[str, ...]] = {
    Feed.DATEV: ("consultant", "client"),
    Feed.INTACCT: ("journal",),
}


def check(feed: Feed, settings: Settings) -> None:
    """Refuse settings that lack what `feed` cannot do without; raises SettingMissing."""
    for name in NEEDED.get(feed, ()):
        if not getattr(settings, name):
            raise SettingMissing(
                because("%(feed)s needs the setting %(name)s.", feed=feed, name=name), field=f"/{name}"
            )
