"""Where people start from in crm."""

from services.crm.permissions import Permission
from shared.pages.navigation import Entry

NAVIGATION = (
    Entry("Pipeline", "/crm/opportunities", "layout-kanban", "Sell", Permission.SEE_RECORDS, "g p"),
    Entry("Accounts", "/crm/accounts", "building", "Sell", Permission.SEE_RECORDS, "g a"),
    Entry("Products", "/crm/products", "package", "Sell", Permission.SEE_PRODUCTS, "g f"),
    Entry("Imports", "/crm/imports", "table-import", "Sell", Permission.SEE_IMPORTS, "g m"),
)
