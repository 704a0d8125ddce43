"""The audit trail: who changed what, when, from what to what, and why; written by the database itself."""

from shared.audit.api import router
from shared.audit.pages import router as pages
from shared.audit.trail import declare, watch

__all__ = ["declare", "pages", "router", "watch"]
