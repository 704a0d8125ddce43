"""Asking twice and doing once: the answer to a change is kept in the transaction of the change itself.

`PUT /things/{id}` is its own key. Every other change takes the header `Idempotency-Key`. The key is claimed by
inserting it before anything is done: a twin that comes at the same time waits there until the first one has committed.
Only what succeeded is kept, because a refusal takes its claim back with everything else.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Header, Request, Response
from sqlalchemy import Column, DateTime, LargeBinary, SmallInteger, String, Table, text

from shared.database import Schema, found_by
from shared.errors import AlreadyExists, Conflict, Invalid
from shared.transactions import run
from shared.work import SETTINGS, Work, settings_of

LONGEST_KEY = 255
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

# One round trip makes the transaction the tenant's and claims the key: the row is made from the settings just made.
CLAIM = f"""
with entered as materialized ({SETTINGS})
insert into idempotency (tenant_id, key, request, recorded_at)
select cast(tenant as uuid), $4, $5, cast(now as timestamptz) from entered
on conflict (tenant_id, key) do nothing returning true
"""  # noqa: S608 - put together from constants
RECALL = text("select request, status, media_type, etag, location, body from idempotency where key = :key")
REMEMBER = "update idempotency set status = $2, media_type = $3, etag = $4, location = $5, body = $6 where key = $1"
FORGET_AT_ONCE = 10_000
FORGET = text(
    """
    with forgotten as (
        delete from idempotency where (tenant_id, key) in (
            select tenant_id, key from idempotency where recorded_at < :before
            order by recorded_at limit :at_once)
        returning 1
    )
    select count(*) from forgotten
    """
)


class IdempotencyKeyReused(Conflict):
    """This Idempotency-Key was used for another request.

    Repeat a request exactly as it was, or choose a new key for a new one.
    """


class IdempotencyKeyMissing(Invalid):
    """This request moves money and needs an Idempotency-Key, so that asking twice does it once.

    Send the header `Idempotency-Key` with a new UUID, and the same one when you repeat the request.
    """


class IdempotencyKeyMalformed(Invalid):
    """An Idempotency-Key is 1 to 255 visible ASCII characters.

    A UUID is a good one.
    """


KEY_DESCRIPTION = "of your choice, the same when you repeat this very request"
KeyHeader = Annotated[str | None, Header(alias="Idempotency-Key", description=KEY_DESCRIPTION)]


async def key_required(idempotency_key: KeyHeader = None) -> None:
    """Refuse a request without the header Idempotency-Key. Raises IdempotencyKeyMissing."""
    if idempotency_key is None:
        raise IdempotencyKeyMissing()


def declare(schema: Schema) -> Table:
    """Give the service its memory of answers."""
    return schema.table(
        "idempotency",
        Column("key", LargeBinary, primary_key=True),
        Column("request", LargeBinary, nullable=False),
        Column("recorded_at", DateTime(timezone=True), nullable=False),
        Column("status", SmallInteger),
        Column("media_type", String),
        Column("etag", String),
        Column("location", String),
        Column("body", LargeBinary),
        found_by("recorded_at", why="forgetting old answers"),
        audited=False,
    )


@dataclass
class Attempt:
    """One asking: `key` says for what (who, where, which key), `request` what exactly (verb, address, body)."""

    key: bytes
    request: bytes
    creates: bool
    """Whether the address is the key, as that of a record to be created is."""
    is_first: bool = False

    async def enter(self, work: Work) -> None:
        """Make the open transaction the tenant's, and claim the key.

        Waits for whoever claims the same key in an open transaction.
        """
        self.is_first = bool(await run(work.session, CLAIM, *settings_of(work), self.key, self.request))

    async def recall(self, work: Work) -> Response:
        """The answer that was given before.

        Raises IdempotencyKeyReused, or AlreadyExists where the address is the key, if something else was asked.
        """
        before = (await work.session.execute(RECALL, {"key": self.key})).one()
        if before.request != self.request:
            raise AlreadyExists() if self.creates else IdempotencyKeyReused()
        answer = Response(before.body, before.status, media_type=before.media_type)
        answer.headers["idempotency-replayed"] = "true"
        for name in ("etag", "location"):
            if value := getattr(before, name):
                answer.headers[name] = value
        return answer

    async def remember(self, work: Work, answer: Response) -> None:
        """Keep `answer` with what was done; a stream cannot be kept, so a change must not answer with one."""
        headers = answer.headers
        kept = (headers.get("content-type"), headers.get("etag"), headers.get("location"), bytes(answer.body))
        await run(work.session, REMEMBER, self.key, answer.status_code, *kept)


def attempt(request: Request, subject: str, route: str, body: bytes) -> Attempt | None:
    """What `subject` attempts by sending `body`; none for a read and for a change without a key.

    Raises IdempotencyKeyMalformed.
    """
    if request.method in SAFE:
        return None
    creates = request.method == "PUT"
    named = request.scope["path"] if creates else request.headers.get("idempotency-key")
    if named is None:
        return None
    if not creates and not _is_well_formed(named):
        raise IdempotencyKeyMalformed(field="/idempotency-key")
    return Attempt(
        key=_digest(subject, request.method, route, named),
        request=_digest(request.method, request.scope["path"], request.scope["query_string"], body),
        creates=creates,
    )


async def forget(work: Work, before: datetime) -> int:
    """Forget the tenant's oldest answers from `before`, FORGET_AT_ONCE at most, and tell how many.

    Whoever repeats such a request does it anew.
    """
    forgotten: int = (await work.session.execute(FORGET, {"before": before, "at_once": FORGET_AT_ONCE})).scalar_one()
    return forgotten


def _is_well_formed(key: str) -> bool:
    return 1 <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()


def _digest(*parts: str | bytes) -> bytes:
    """A digest of `parts` and of where each one ends."""
    whole = hashlib.sha256()
    for part in parts:
        plain = part.encode() if isinstance(part, str) else part
        whole.update(len(plain).to_bytes(8, "big") + plain)
    return whole.digest()
