"""Where people start from in delivery."""

from services.delivery.permissions import Permission
from shared.pages.navigation import Entry

NAVIGATION = (
    Entry("My week", "/delivery/week", "calendar-time", "Deliver", Permission.RECORD_TIME, "g t"),
    Entry("Approvals", "/delivery/approvals", "checks", "Deliver", Permission.APPROVE_TIME, "g v"),
)
