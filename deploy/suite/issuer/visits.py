"""Who has proved who they are at which browser, so that they need not do so again for the rest of a working day."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from deploy.suite.issuer.grants import REFRESH_LASTS
from shared.clock import Clock


@dataclass
class Visits:
    """Log-ins at the issuer itself, by the digest of what the browser's cookie says. Kept in memory."""

    clock: Clock
    _proved: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def begin(self, subject: str) -> str:
        """A new visit of `subject`, who has just proved it: what the browser's cookie says from now on."""
        now = self.clock()
        self._proved = {visit: one for visit, one in self._proved.items() if one[1] > now}
        visit = secrets.token_urlsafe(32)
        self._proved[_digest(visit)] = (subject, now + REFRESH_LASTS)
        return visit

    def who(self, visit: str) -> str | None:
        """Who proved who they are in `visit`."""
        subject, ends_at = self._proved.get(_digest(visit), (None, self.clock()))
        return subject if ends_at > self.clock() else None

    def end(self, visit: str) -> None:
        """Forget who that was."""
        self._proved.pop(_digest(visit), None)


def _digest(visit: str) -> str:
    return hashlib.sha256(visit.encode()).hexdigest()
