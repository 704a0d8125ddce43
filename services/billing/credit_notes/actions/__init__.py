"""What people do with credit notes: draft, approve, discard, issue."""

from services.billing.credit_notes.actions.issuing import issue_credit_note
from services.billing.credit_notes.actions.preparing import (
    approve_credit_note,
    discard_credit_note,
    draft_credit_note,
)

__all__ = ["approve_credit_note", "discard_credit_note", "draft_credit_note", "issue_credit_note"]
