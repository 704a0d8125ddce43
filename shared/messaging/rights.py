"""What one service may do on the broker: consume its own queue, publish its own events, and nothing else.

A service has a user of its own there, the one that its BROKER_URL names. Said as RabbitMQ's definitions, which its
management interface and `rabbitmqctl import_definitions` both take; saying it again changes nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx2

from shared.messaging.provisioning import EVENTS, REPLAYS, dead_queue_of, queue_of
from shared.messaging.reactions import Reactions

ANSWER_WITHIN = 30.0


def definitions(service: str, reactions: Iterable[Reactions], broker_url: str) -> dict[str, Any]:
    """The user that `broker_url` names, with the rights of `service`: as many as its worker needs.

    It may bind its queue, but declare nothing: queues and exchanges are made by whoever provisions. What it may bind
    and publish is held down to routing keys.
    """
    address = urlsplit(broker_url)
    vhost = unquote(address.path.removeprefix("/")) or "/"
    user = unquote(address.username or "guest")
    known = Reactions.together(reactions)
    return {
        "vhosts": [{"name": vhost}],
        "users": [{"name": user, "tags": "", **_hashed(unquote(address.password or ""))}],
        "permissions": [
            {
                "user": user,
                "vhost": vhost,
                "configure": "^$",
                "write": _one_of(EVENTS, REPLAYS, queue_of(service)),
                "read": _one_of(EVENTS, REPLAYS, queue_of(service), dead_queue_of(service)),
            }
        ],
        "topic_permissions": [
            {
                "user": user,
                "vhost": vhost,
                "exchange": exchange,
                "write": rf"^{re.escape(service)}\.",
                "read": _one_of(*keys) if keys else "^$",
            }
            for exchange, keys in ((EVENTS, known.routing_keys), (REPLAYS, known.replay_keys))
        ],
    }


async def grant(management_url: str, granted: dict[str, Any]) -> None:
    """Have the broker's management interface at `management_url` (http://admin:password@host:15672) know `granted`.

    Raises httpx2.HTTPError.
    """
    async with httpx2.AsyncClient(timeout=ANSWER_WITHIN) as http:
        answer = await http.post(f"{management_url.rstrip('/')}/api/definitions", json=granted)
        answer.raise_for_status()


def _one_of(*names: str) -> str:
    return f"^({'|'.join(re.escape(name) for name in names)})$"


def _hashed(password: str) -> dict[str, str]:
    """A salted hash as RabbitMQ keeps it, so that definitions hold no password."""
    salt = secrets.token_bytes(4)
    digest = hashlib.sha256(salt + password.encode()).digest()
    return {
        "password_hash": base64.b64encode(salt + digest).decode(),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
    }
