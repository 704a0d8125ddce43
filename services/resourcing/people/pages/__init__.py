"""People at a browser: who works here, what they can, what they cost, and the staffing roles there are."""

from services.resourcing.people.pages import cost_rates, people, skills, staffing_roles
from services.resourcing.people.pages.people import finder

routers = (people.router, skills.router, cost_rates.router, staffing_roles.router)

__all__ = ["finder", "routers"]
