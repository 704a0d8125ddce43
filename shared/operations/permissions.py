"""Who may look at a service's messages and who may act on them: the same in every service."""

from __future__ import annotations

from enum import StrEnum

from shared.actor import Role


class Permission(StrEnum):
    """One thing that somebody may do or see as an operator of their own tenant's messages."""

    SEE_OPERATIONS = "operations.see"
    OPERATE = "operations.operate"


ROLES: dict[Role, frozenset[Permission]] = {
    Role.AUDITOR: frozenset({Permission.SEE_OPERATIONS}),
    Role.ADMINISTRATOR: frozenset(Permission),
}
