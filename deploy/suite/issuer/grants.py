"""What was granted and not yet used up: codes for a minute, refresh tokens for a working day. Kept in memory.

Each is good for one use. Whoever shows one a second time may have stolen it, so everything that came from the same
log-in ends with it.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from shared.clock import Clock

CODE_LASTS = timedelta(seconds=60)
REFRESH_LASTS = timedelta(hours=8)


@dataclass(frozen=True)
class Asked:
    """What an application asked for when it sent somebody to log in."""

    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str | None


@dataclass
class LogIn:
    """One log-in of one person through one application, until `ends_at`."""

    subject: str
    tenant_id: UUID
    asked: Asked
    ends_at: datetime
    is_over: bool = False


@dataclass
class Grant:
    """Something that can be turned into tokens once, until `ends_at`."""

    log_in: LogIn
    ends_at: datetime
    is_used: bool = False


@dataclass
class Grants:
    """Codes and refresh tokens by their digest: what is in memory is of no use to whoever reads it."""

    clock: Clock
    _codes: dict[str, Grant] = field(default_factory=dict)
    _refreshes: dict[str, Grant] = field(default_factory=dict)

    def code(self, subject: str, tenant_id: UUID, asked: Asked) -> str:
        """A code for `subject`, who has just logged in as one of `tenant_id`."""
        now = self.clock()
        log_in = LogIn(subject, tenant_id, asked, now + REFRESH_LASTS)
        return self._give(self._codes, log_in, now + CODE_LASTS)

    def redeem_code(self, code: str, *, client_id: str, redirect_uri: str, verifier: str) -> LogIn | None:
        """The log-in that `code` stands for, if it is shown by who asked for it."""
        log_in = self._take(self._codes, code)
        if log_in is None:
            return None
        asked = log_in.asked
        fits = (
            asked.client_id == client_id
            and asked.redirect_uri == redirect_uri
            and secrets.compare_digest(asked.challenge, challenge_of(verifier))
        )
        log_in.is_over = not fits
        return log_in if fits else None

    def refresh(self, log_in: LogIn) -> str:
        """A refresh token that goes on with `log_in`, which ends when it was to end."""
        return self._give(self._refreshes, log_in, log_in.ends_at)

    def redeem_refresh(self, token: str, *, client_id: str) -> LogIn | None:
        """The log-in that `token` goes on with."""
        log_in = self._take(self._refreshes, token)
        if log_in is None or log_in.asked.client_id != client_id:
            return None
        return log_in

    def _give(self, grants: dict[str, Grant], log_in: LogIn, ends_at: datetime) -> str:
        now = self.clock()
        for digest in [digest for digest, grant in grants.items() if grant.ends_at <= now]:
            del grants[digest]
        secret = secrets.token_urlsafe(32)
        grants[_digest(secret)] = Grant(log_in, ends_at)
        return secret

    def _take(self, grants: dict[str, Grant], secret: str) -> LogIn | None:
        grant = grants.get(_digest(secret))
        if grant is None:
            return None
        if grant.is_used:
            grant.log_in.is_over = True
        grant.is_used = True
        if grant.log_in.is_over or grant.ends_at <= self.clock():
            return None
        return grant.log_in


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier (RFC 7636, 4.2)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
