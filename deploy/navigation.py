"""Write shared/pages/navigation.json: the entries of all services, each with the roles that it is for."""

from __future__ import annotations

from deploy.suite.members import SERVICES
from shared.actor import Role
from shared.pages.navigation import FILE, written


def text() -> str:
    """What the file must say, from the services' own declarations."""
    return written(
        {
            service.name: (
                service.all_navigation,
                {role.value: service.permissions_of(frozenset({role})) for role in Role},
            )
            for service in SERVICES
        }
    )


if __name__ == "__main__":
    FILE.write_text(text())
