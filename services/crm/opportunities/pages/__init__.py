"""Deals at a browser: the pipeline, its stages, one deal, and the estimate of the services that it sells."""

from services.crm.opportunities.pages import board, deals, estimates, stages
from services.crm.opportunities.pages.deals import finder, needs

routers = (board.router, deals.router, estimates.router, stages.router)

__all__ = ["finder", "needs", "routers"]
