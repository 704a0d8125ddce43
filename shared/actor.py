"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.errors import Forbidden
from shared.reasons import because


class NotPermitted(Forbidden):
    """Your role does not allow this.

    Ask an administrator for the role that carries the permission named here.
    """


class Role(StrEnum):
    """What a person is in the firm, as the identity provider says it; each service maps it to permissions."""

    SALES_REP = "sales_rep"
    SALES_MANAGER = "sales_manager"
    CONSULTANT = "consultant"
    PROJECT_MANAGER = "project_manager"
    RESOURCE_MANAGER = "resource_manager"
    BILLING_CLERK = "billing_clerk"
    BILLING_APPROVER = "billing_approver"
    CONTROLLER = "controller"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    ERP = "erp"


# No administrators: the trail shows what people cost, which that role alone does not let anybody see.
TRAIL_READERS = frozenset({Role.AUDITOR, Role.CONTROLLER})
"""Who reads the audit trail of any record."""


@dataclass(frozen=True)
class Actor:
    """A log-in (`subject`) of one tenant with what its roles allow in this service.

    `is_service` marks the service itself, acting on a fact that another one announced or on the calendar:
    it has been allowed by whoever caused that fact.
    """

    subject: str
    tenant_id: UUID
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    is_service: bool = False

    def may(self, permission: StrEnum) -> bool:
        """Whether this actor holds `permission`."""
        return self.is_service or permission in self.permissions

    def must(self, permission: StrEnum) -> None:
        """Refuse with NotPermitted unless this actor holds `permission`."""
        if not self.may(permission):
            raise NotPermitted(because("Needs the permission %(permission)s.", permission=permission))


def the_service(name: str, tenant_id: UUID) -> Actor:
    """The service called `name`, acting for `tenant_id`."""
    return Actor(f"service:{name}", tenant_id, is_service=True)
