"""Who may look at a service's messages and who may act on them: the same in every service."""

from __future__ import annotations

from enum import StrEnum

from shared.actor import Role


class Permission(StrEnum):
    """One thing that somebody may do or see as an operator of their own tenant's messages."""

    SEE_OPERATIONS = "operations.see"
    SEE_CONFIDENTIAL = "operations.see_confidential"
    """What messages say that tell costs; whoever operates with them needs the role auditor, too."""
    OPERATE = "operations.operate"


ROLES: dict[Role, frozenset[Permission]] = {
    Role.AUDITOR: frozenset({Permission.SEE_OPERATIONS, Permission.SEE_CONFIDENTIAL}),
    Role.ADMINISTRATOR: frozenset({Permission.SEE_OPERATIONS, Permission.OPERATE}),
}
