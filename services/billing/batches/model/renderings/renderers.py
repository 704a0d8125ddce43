"""Every form that a batch can be taken in, each with a version of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.billing.batches.model.renderings.books import beancount, hledger
from services.billing.batches.model.renderings.business_central import business_central
from services.billing.batches.model.renderings.datev import datev
from services.billing.batches.model.renderings.intacct import intacct
from services.billing.batches.model.renderings.netsuite import netsuite
from services.billing.batches.model.renderings.quickbooks import quickbooks
from services.billing.batches.model.renderings.sealed import RenderedFile, Sealed
from services.billing.batches.model.renderings.xero import xero
from services.billing.feed_settings.model import Feed, Settings
from shared.errors import Conflict, NotFound

PLAIN, CSV, JSON_LINES = "text/plain; charset=utf-8", "text/csv; charset=utf-8", "application/x-ndjson"


class FeedNotSetUp(Conflict):
    """Nobody has said how the books of this system are set up.

    Set it up on the page of feeds or with PUT /feed-settings/{id}, then take the file again.
    """


class NoSuchPart(NotFound):
    """The batch has fewer files in this format."""


class Renderer(StrEnum):
    HLEDGER = "hledger"
    BEANCOUNT = "beancount"
    NETSUITE = "netsuite"
    BUSINESS_CENTRAL = "business_central"
    QUICKBOOKS = "quickbooks"
    XERO = "xero"
    DATEV = "datev"
    INTACCT = "intacct"

    @property
    def feed(self) -> Feed | None:
        """The system whose settings this form needs, if it needs any."""
        return next((feed for feed in Feed if feed == self.value), None)


VERSIONS: Mapping[Renderer, int] = dict.fromkeys(Renderer, 1)


@dataclass(frozen=True)
class Form:
    """How the files of a renderer are made and called; each of the `write`n bytes becomes a file.

    One that `says_both` amounts of a batch in a foreign currency has exchange differences of our own books as well.
    """

    write: Callable[[Sealed, Settings], list[bytes]]
    media_type: str
    ending: str
    says_both: bool = False


FEEDS: Mapping[Feed, Form] = {
    Feed.NETSUITE: Form(netsuite, CSV, "csv"),
    Feed.BUSINESS_CENTRAL: Form(business_central, JSON_LINES, "jsonl"),
    Feed.QUICKBOOKS: Form(quickbooks, JSON_LINES, "jsonl"),
    Feed.XERO: Form(xero, JSON_LINES, "jsonl"),
    Feed.DATEV: Form(datev, "text/csv; charset=windows-1252", "csv", says_both=True),
    Feed.INTACCT: Form(intacct, CSV, "csv", says_both=True),
}


def rendered(batch: Sealed, renderer: Renderer, settings: Settings | None = None) -> list[RenderedFile]:
    """The batch in the form of `renderer`, in as many files as it needs. Raises FeedNotSetUp, CannotRender."""
    if renderer.feed is None:
        books = hledger if renderer is Renderer.HLEDGER else beancount
        return [RenderedFile(_name(batch, renderer, "txt"), PLAIN, books(batch.entries).encode())]
    if settings is None:
        raise FeedNotSetUp()
    form = FEEDS[renderer.feed]
    parts = form.write(batch if form.says_both else batch.in_own_currency(), settings)
    return [
        RenderedFile(_name(batch, renderer, form.ending, part if len(parts) > 1 else None), form.media_type, content)
        for part, content in enumerate(parts, start=1)
    ]


def _name(batch: Sealed, renderer: Renderer, ending: str, part: int | None = None) -> str:
    # DATEV reads files only whose names begin so.
    what = "EXTF_Buchungsstapel" if renderer is Renderer.DATEV else renderer.value
    entity = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in batch.legal_entity)
    which = f"{what}_{entity}_{batch.period_starts_on:%Y-%m}_{batch.number:06}"
    return f"{which}_{part}.{ending}" if part is not None else f"{which}.{ending}"
