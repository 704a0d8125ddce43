"""Following the chain of batches: each is taken into Tryton and answered entry by entry, and the cursor goes on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.connectors.tryton.moves import Books, Entry, Taken, books_of, take
from deploy.connectors.tryton.rpc import Tryton
from deploy.suite.desk import Desk
from deploy.suite.issuer.client import client_credentials
from shared.settings import WebUrl

API = "/api/v1"
ANSWERED_TOGETHER = 1000  # as many as an acknowledgement may name
SECONDS = 60.0


class Settings(BaseSettings):
    """Both sides, and how far it has come; no secret has a default."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    billing_url: WebUrl = Field(description="billing, for example https://throughline.example/billing")
    issuer_url: WebUrl = Field(description="issuer of the tokens")
    client_id: str = Field("erp", description="the ERP's log-in at the issuer, appointed to receive the batches")
    client_secret: str
    legal_entity: str
    tryton_url: WebUrl
    tryton_database: str
    tryton_user: str = Field(description="a user of Tryton whose company has the books")
    tryton_password: str
    tryton_journal: str = Field("MISC", description="code of the journal that the moves go into")
    cursor: Path = Field(description="file with the number of the last batch; without it, all are taken again")


@dataclass(frozen=True)
class Done:
    """What became of a batch."""

    batch: int
    taken: list[Taken]

    @property
    def refused(self) -> list[Taken]:
        """The entries that Tryton did not take."""
        return [one for one in self.taken if one.number is None]


async def follow(settings: Settings) -> AsyncIterator[Done]:
    """Take every batch that follows the cursor; cut off, it goes on where it was, and nothing is posted twice.

    Raises WentWrong, TrytonFailed.
    """
    place, more = f"{API}/ledger-chains/{settings.legal_entity}", True
    async with _both(settings) as (billing, tryton):
        books = await books_of(tryton, settings.tryton_journal)
        while more:
            chain = await billing.get(place, after=_last(settings.cursor), limit=1)
            for batch in chain["items"]:
                yield await _take(billing, tryton, books, batch)
            settings.cursor.write_text(str(chain["next"]))
            more = chain["more"]


@asynccontextmanager
async def _both(settings: Settings) -> AsyncIterator[tuple[Desk, Tryton]]:
    """Both sides, logged in."""
    async with (
        httpx2.AsyncClient(base_url=settings.billing_url, timeout=SECONDS) as ours,
        httpx2.AsyncClient(base_url=settings.tryton_url) as theirs,
    ):
        token = await client_credentials(ours, settings.client_id, settings.client_secret, issuer=settings.issuer_url)
        tryton = Tryton(theirs, settings.tryton_database)
        await tryton.log_in(settings.tryton_user, settings.tryton_password)
        yield Desk(ours, token.access_token), tryton


def _last(cursor: Path) -> int:
    return int(cursor.read_text()) if cursor.exists() else 0


async def _take(billing: Desk, tryton: Tryton, books: Books, batch: dict[str, Any]) -> Done:
    place = f"{API}/ledger-batches/{batch['id']}"
    entries = await _entries(billing, place, batch)
    taken = await take(tryton, books, batch["number"], entries)
    await _answer(billing, place, batch, taken)
    return Done(batch["number"], taken)


async def _entries(billing: Desk, place: str, batch: dict[str, Any]) -> list[Entry]:
    """The entries of a batch that did not go on in a later one, where they are taken and answered."""
    entries = [json.loads(line) for line in (await billing.read(f"{place}/canonical")).splitlines()]
    if batch["corrected_in"] is None:
        return entries
    gone_on: set[str] = set()
    cursor = None
    while True:
        asked = {"answer": "rejected", "limit": 200, **({"cursor": cursor} if cursor else {})}
        page = await billing.get(f"{place}/entries", **asked)
        gone_on |= {one["entry_id"] for one in page["items"] if one["corrected_in"] is not None}
        if (cursor := page["next"]) is None:
            return [entry for entry in entries if entry["id"] not in gone_on]


async def _answer(billing: Desk, place: str, batch: dict[str, Any], taken: list[Taken]) -> None:
    """Say what became of each entry; that a batch accepted before was taken is no news, that it was not is."""
    news = [_said(one) for one in taken if batch["status"] != "accepted" or one.number is None]
    for first in range(0, len(news), ANSWERED_TOGETHER):
        body = {"answer": "by_entry", "entries": news[first : first + ANSWERED_TOGETHER]}
        await billing.post(f"{place}/acknowledgement", body)


def _said(one: Taken) -> dict[str, str | None]:
    if one.number is None:
        return {"entry_id": one.entry_id, "answer": "rejected", "reason": (one.reason or "")[:1000]}
    return {"entry_id": one.entry_id, "answer": "accepted", "erp_reference": one.number}
