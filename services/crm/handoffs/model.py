"""What delivery answered to a won deal, and whether sales has answered that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.errors import Conflict


class HandoffNotReturned(Conflict):
    """Delivery has not returned this deal: there is nothing to put right.

    An open deal is closed as won; what delivery has taken over is changed by a change order.
    """


class HandoffState(StrEnum):
    """Where a handoff stands as far as sales knows; before the first answer there is none."""

    ACCEPTED = "accepted"
    RETURNED = "returned"
    CLOSED_ANEW = "closed_anew"


@dataclass(frozen=True)
class Handoff:
    """Whether delivery took the deal over, or sent it back and why; closed anew, it waits for another answer."""

    state: HandoffState
    project_id: UUID | None
    reasons: list[str]
    decided_by: str
    decided_at: datetime | None
