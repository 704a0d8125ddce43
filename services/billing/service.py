"""Billing's table of contents; importing it declares every table."""

from __future__ import annotations

from services.billing.permissions import ROLES
from services.billing.tables import schema
from shared.service import Service

service = Service(
    name="billing",
    schema=schema,
    permissions=ROLES,
    routers=(),
    reactions=(),
    jobs=(),
)
