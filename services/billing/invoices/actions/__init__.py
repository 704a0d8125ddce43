"""What people do with invoices: draft, preview, approve, discard, issue."""

from services.billing.invoices.actions.issuing import issue_invoice, issue_invoices
from services.billing.invoices.actions.preparing import (
    approve_invoice,
    approve_invoices,
    discard_invoice,
    draft_invoice,
)
from services.billing.invoices.actions.previewing import preview_invoice

__all__ = [
    "approve_invoice",
    "approve_invoices",
    "discard_invoice",
    "draft_invoice",
    "issue_invoice",
    "issue_invoices",
    "preview_invoice",
]
