"""Resourcing's table of contents; importing it declares every table."""

from __future__ import annotations

from services.resourcing.bookings.api import router as bookings
from services.resourcing.bookings.pages import router as bookings_pages
from services.resourcing.bookings.reactions import reactions as bookings_reactions
from services.resourcing.calendars.api import router as calendars
from services.resourcing.calendars.pages import needs as leave_needs
from services.resourcing.calendars.pages import routers as calendars_pages
from services.resourcing.matches.api import router as matches
from services.resourcing.matches.pages import needs as requests_needs
from services.resourcing.matches.pages import router as requests_pages
from services.resourcing.navigation import NAVIGATION
from services.resourcing.people.api import router as people
from services.resourcing.people.pages import finder as people_finder
from services.resourcing.people.pages import routers as people_pages
from services.resourcing.permissions import ROLES
from services.resourcing.projects.reactions import reactions as projects_reactions
from services.resourcing.requests.api import router as requests
from services.resourcing.requests.pages import router as demand_pages
from services.resourcing.requests.reactions import reactions as requests_reactions
from services.resourcing.tables import schema
from services.resourcing.utilization.api import router as utilization
from services.resourcing.utilization.pages import router as utilization_pages
from services.resourcing.utilization.reactions import reactions as utilization_reactions
from shared.service import Service

service = Service(
    name="resourcing",
    schema=schema,
    permissions=ROLES,
    routers=(people, calendars, requests, matches, bookings, utilization),
    pages=(requests_pages, demand_pages, bookings_pages, *people_pages, *calendars_pages, utilization_pages),
    navigation=NAVIGATION,
    finders=(people_finder,),
    needs=(requests_needs, leave_needs),
    reactions=(projects_reactions, requests_reactions, bookings_reactions, utilization_reactions),
)
