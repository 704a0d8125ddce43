"""Resourcing's table of contents; importing it declares every table."""

from __future__ import annotations

from services.resourcing.bookings.api import router as bookings
from services.resourcing.bookings.reactions import reactions as bookings_reactions
from services.resourcing.calendars.api import router as calendars
from services.resourcing.matches.api import router as matches
from services.resourcing.people.api import router as people
from services.resourcing.permissions import ROLES
from services.resourcing.projects.reactions import reactions as projects_reactions
from services.resourcing.requests.api import router as requests
from services.resourcing.requests.reactions import reactions as requests_reactions
from services.resourcing.tables import schema
from services.resourcing.utilization.api import router as utilization
from services.resourcing.utilization.reactions import reactions as utilization_reactions
from shared.service import Service

service = Service(
    name="resourcing",
    schema=schema,
    permissions=ROLES,
    routers=(people, calendars, requests, matches, bookings, utilization),
    reactions=(projects_reactions, requests_reactions, bookings_reactions, utilization_reactions),
)
