"""Where somebody operates: who it is, in which transaction, and whose messages are in sight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.operations.permissions import Permission
from shared.work import Work

IN_SIGHT = "(cast(:tenant as uuid) is null or tenant_id = cast(:tenant as uuid))"


@dataclass(frozen=True)
class Desk:
    """A person has their own tenant's messages in sight.

    The command line has the deployment's rights and no tenant: it sees everybody's messages, and those whose envelope
    names no tenant, which nobody else sees.
    """

    session: AsyncSession
    by: str
    tenant_id: UUID | None
    sees_confidential: bool = True

    @property
    def sight(self) -> dict[str, Any]:
        """The value of IN_SIGHT's parameter."""
        return {"tenant": self.tenant_id}


def desk_for(work: Work, permission: Permission) -> Desk:
    """The desk of whoever sent a request; refuses with NotPermitted whoever does not hold `permission`."""
    work.actor.must(permission)
    sees_confidential = work.actor.may(Permission.SEE_CONFIDENTIAL)
    return Desk(work.session, work.actor.subject, work.actor.tenant_id, sees_confidential)
