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
from shared.errors import Conflict, Invalid
from shared.web.problems import AlreadyExists
from shared.work import Work

LONGEST_KEY = 255
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

CLAIM = text(
    "insert into idempotency (key, request, recorded_at) values (:key, :request, :at)"
    " on conflict (tenant_id, key) do nothing returning true"
)
RECALL = text("select request, status, media_type, etag, location, body from idempotency where key = :key")
REMEMBER = text(
    "update idempotency set status = :status, media_type = :media_type, etag = :etag, location = :location,"
    " body = :body where key = :key"
)
FORGET = text("delete from idempotency where recorded_at < :before")


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


KeyHeader = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="of your choice, the same when you repeat this very request"),
]


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


@dataclass(frozen=True)
class Attempt:
    """One asking: `key` says for what (who, where, which key), `request` what exactly (verb, address, body)."""

    key: bytes
    request: bytes
    creates: bool
    """Whether the address is the key, as that of a record to be created is."""

    async def claim(self, work: Work) -> Response | None:
        """Claim the key, or give the answer that was given before.

        Waits for whoever claims the same key in an open transaction. Raises IdempotencyKeyReused, or AlreadyExists
        where the address is the key.
        """
        claim = {"key": self.key, "request": self.request, "at": work.now}
        if (await work.session.execute(CLAIM, claim)).scalar():
            return None
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
        """Keep `answer` with what was done; streams cannot be kept, so a change must not answer with one."""
        await work.session.execute(
            REMEMBER,
            {
                "key": self.key,
                "status": answer.status_code,
                "media_type": answer.headers.get("content-type"),
                "etag": answer.headers.get("etag"),
                "location": answer.headers.get("location"),
                "body": bytes(answer.body),
            },
        )


def attempt(request: Request, subject: str, route: str, body: bytes) -> Attempt | None:
    """What `subject` attempts by sending `body`; none for a read and for a change without a key.

    Raises IdempotencyKeyMalformed.
    """
    if request.method in SAFE:
        return None
    creates = request.method == "PUT"
    named = request.url.path if creates else request.headers.get("idempotency-key")
    if named is None:
        return None
    if not creates and not _is_well_formed(named):
        raise IdempotencyKeyMalformed(field="/idempotency-key")
    return Attempt(
        key=_digest(subject, request.method, route, named),
        request=_digest(request.method, request.url.path, request.url.query, body),
        creates=creates,
    )


async def forget(work: Work, before: datetime) -> None:
    """Forget the tenant's answers from `before`; whoever repeats such a request does it anew."""
    await work.session.execute(FORGET, {"before": before})


def _is_well_formed(key: str) -> bool:
    return 1 <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()


def _digest(*parts: str | bytes) -> bytes:
    """A digest of `parts` and of where each one ends."""
    whole = hashlib.sha256()
    for part in parts:
        plain = part.encode() if isinstance(part, str) else part
        whole.update(len(plain).to_bytes(8, "big") + plain)
    return whole.digest()
