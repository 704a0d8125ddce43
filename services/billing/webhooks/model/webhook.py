"""Who listens and to what, and a delivery on its way: signed as in Standard Webhooks, repeated until it is heard.

The format is https://github.com/standard-webhooks/standard-webhooks, version 1.0.0, with symmetric signatures.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from shared.errors import Conflict, Invalid, NotFound

ATTEMPTS = 16  # with the waits between them, most of two days
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=10)
SECRET_OVERLAP = timedelta(days=1)
GONE = 410  # the receiver says that it does not want to be told any more
SECRET_PREFIX = "whsec_"  # noqa: S105 - how secrets begin
SECRET_BYTES = (24, 64)
ANSWER_KEPT = 500  # characters of what the receiver says


class NoSuchWebhook(NotFound):
    """There is no such webhook."""


class NoSuchDelivery(NotFound):
    """There is no such delivery."""


class BadSecret(Invalid):
    """A secret is `whsec_` and then 24 to 64 bytes in base64.

    Make one with: echo whsec_$(openssl rand -base64 32)
    """


class StillOnItsWay(Conflict):
    """This delivery is on its way; it is tried again by itself.

    Look at its attempts; send it again once it was delivered or given up.
    """


class WebhookStopped(Conflict):
    """This webhook is stopped, so nothing is sent to it.

    Start it first.
    """


class Kind(StrEnum):
    """What one can listen to: the types of our events."""

    SEALED = "throughline.billing.ledger_batch.sealed.v1"
    ACKNOWLEDGED = "throughline.billing.ledger_batch.acknowledged.v1"


class DeliveryState(StrEnum):
    """waiting → delivered | failed; either may be sent again by a person."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class Webhook:
    """An address that is told of some kinds of events, of one legal entity or of all."""

    id: UUID
    url: str
    legal_entity: str | None
    kinds: tuple[Kind, ...]
    is_active: bool
    registered_at: datetime
    registered_by: str


@dataclass(frozen=True)
class Letter:
    """A delivery as it is sent: where, what exactly, and the secrets that sign it, the newest first.

    There are none where no key opens them.
    """

    delivery_id: UUID
    webhook_id: UUID
    url: str
    is_active: bool
    body: bytes
    secrets: tuple[str, ...]
    attempts: int


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt: the receiver's status and the beginning of what it said, or why there is none."""

    started_at: datetime
    milliseconds: int
    status_code: int | None = None
    answer: str | None = None
    error: str | None = None

    @property
    def is_heard(self) -> bool:
        """Whether the receiver took it."""
        return self.status_code is not None and 200 <= self.status_code < 300


def check_secret(secret: str) -> None:
    """Refuse what is no secret of the standard's form."""
    least, most = SECRET_BYTES
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSecret(field="/secret") from error
    if not secret.startswith(SECRET_PREFIX) or not least <= len(key) <= most:
        raise BadSecret(field="/secret")


def headers_of(letter: Letter, at: datetime) -> dict[str, str]:
    """What a receiver checks a letter by; the id stays the same however often it is sent."""
    message_id, seconds = f"msg_{letter.delivery_id.hex}", str(int(at.timestamp()))
    signed = f"{message_id}.{seconds}.".encode() + letter.body
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": signatures(letter.secrets, signed),
    }


def signatures(secrets: Sequence[str], signed: bytes) -> str:
    """One signature for each secret, so that a receiver may change over from one to the next."""
    keys = (base64.b64decode(secret.removeprefix(SECRET_PREFIX)) for secret in secrets)
    digests = (hmac.new(key, signed, hashlib.sha256).digest() for key in keys)
    return " ".join(f"v1,{base64.b64encode(one).decode()}" for one in digests)
