"""Calendars and leave at a browser: how people work, and when they are away."""

from services.resourcing.calendars.pages import calendars, time_off
from services.resourcing.calendars.pages.time_off import needs

routers = (calendars.router, time_off.router)

__all__ = ["needs", "routers"]
