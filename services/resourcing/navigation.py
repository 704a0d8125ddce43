"""Where people start from in resourcing."""

from services.resourcing.permissions import Permission
from shared.pages.navigation import Entry

NAVIGATION = (
    Entry("Staffing requests", "/resourcing/requests", "user-search", "Staff", Permission.SEE_REQUESTS, "g q"),
    Entry("Staffing board", "/resourcing/board", "calendar-user", "Staff", Permission.SEE_PEOPLE, "g s"),
    Entry("Capacity", "/resourcing/capacity", "calendar-stats", "Staff", Permission.SEE_PEOPLE, "g k"),
    Entry("Utilization", "/resourcing/utilization", "chart-line", "Staff", Permission.SEE_UTILIZATION),
    Entry("Demand", "/resourcing/demand", "chart-bar", "Staff", Permission.SEE_DEMAND),
    Entry("People", "/resourcing/people", "users", "Staff", Permission.SEE_PEOPLE, "g o"),
    Entry("Staffing roles", "/resourcing/staffing-roles", "id-badge-2", "Staff", Permission.MANAGE_PEOPLE),
    Entry("Calendars", "/resourcing/calendars", "calendar-cog", "Staff", Permission.MANAGE_PEOPLE),
    Entry("Leave", "/resourcing/time-off", "beach", "Staff", Permission.SEE_OWN, "g l"),
)
