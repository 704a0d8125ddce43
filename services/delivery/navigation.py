"""Where people start from in delivery."""

from services.delivery.permissions import Permission
from shared.pages.navigation import Entry

NAVIGATION = (
    Entry("Projects", "/delivery/projects", "briefcase", "Deliver", Permission.VIEW_PROJECTS, "g r"),
    Entry("Handoffs", "/delivery/handoffs", "inbox", "Deliver", Permission.VIEW_HANDOFFS, "g d"),
    Entry("Change orders", "/delivery/change-orders", "file-diff", "Deliver", Permission.VIEW_MARGIN, "g e"),
    Entry("Progress", "/delivery/progress", "progress", "Deliver", Permission.VIEW_MARGIN, "g y"),
    Entry("Project templates", "/delivery/project-templates", "template", "Deliver", Permission.VIEW_TEMPLATES),
    Entry("My week", "/delivery/week", "calendar-time", "Deliver", Permission.RECORD_TIME, "g t"),
    Entry("Timesheets", "/delivery/timesheets", "clock-check", "Deliver", Permission.VIEW_TIME),
    Entry("Expenses", "/delivery/expenses", "receipt", "Deliver", Permission.VIEW_EXPENSES, "g x"),
    Entry("Approvals", "/delivery/approvals", "checks", "Deliver", Permission.APPROVE_TIME, "g v"),
)
