"""Where people start from in crm."""

from services.crm.permissions import Permission
from shared.pages.navigation import Entry

NAVIGATION = (
    Entry("Pipeline", "/crm/opportunities", "layout-kanban", "Sell", Permission.SEE_RECORDS, "g p"),
    Entry("Pipeline report", "/crm/reports/pipeline", "chart-histogram", "Sell", Permission.SEE_RECORDS),
    Entry("Accounts", "/crm/accounts", "building", "Sell", Permission.SEE_RECORDS, "g a"),
    Entry("Products", "/crm/products", "package", "Sell", Permission.SEE_PRODUCTS, "g f"),
    Entry("Sales people", "/crm/sales-people", "user-dollar", "Sell", Permission.SEE_RECORDS),
    Entry("Stages", "/crm/stages", "adjustments", "Sell", Permission.CHANGE_PRODUCTS),
    Entry("Imports", "/crm/imports", "table-import", "Sell", Permission.SEE_IMPORTS, "g m"),
)
