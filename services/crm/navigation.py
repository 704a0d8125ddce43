"""Where people start from in crm."""

from services.crm.permissions import Permission
from shared.pages.navigation import Entry

NAVIGATION = (Entry("Accounts", "/crm/accounts", "building", "Sell", Permission.SEE_RECORDS, "g a"),)
