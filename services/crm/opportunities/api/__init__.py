"""Opportunities and the pipeline over HTTP."""

from services.crm.opportunities.api.deals import router as deals
from services.crm.opportunities.api.pipeline import router as pipeline

__all__ = ["deals", "pipeline"]
