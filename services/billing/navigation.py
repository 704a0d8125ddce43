"""Where people start from in billing."""

from services.billing.permissions import Permission
from shared.pages.navigation import Entry

NAVIGATION = (
    Entry(
        "Work in progress", "/billing/work-in-progress", "clock-dollar", "Bill", Permission.SEE_WORK_IN_PROGRESS, "g w"
    ),
    Entry("Billing runs", "/billing/billing-runs", "stack-2", "Bill", Permission.SEE_WORK_IN_PROGRESS, "g u"),
    Entry("Invoices", "/billing/invoices", "receipt", "Bill", Permission.SEE_INVOICES, "g i"),
    Entry("Receivables", "/billing/receivables", "coins", "Bill", Permission.SEE_INVOICES),
    Entry("Dunning", "/billing/dunning", "mail-exclamation", "Bill", Permission.SEE_INVOICES),
    Entry("Payments", "/billing/payments", "cash", "Bill", Permission.SEE_INVOICES),
    Entry("Bank statements", "/billing/bank-statements", "building-bank", "Bill", Permission.SEE_INVOICES),
    Entry("Credit notes", "/billing/credit-notes", "receipt-refund", "Bill", Permission.SEE_INVOICES, "g n"),
    Entry("Contracts", "/billing/contracts", "file-certificate", "Bill", Permission.SEE_CONTRACTS, "g c"),
    Entry("Customers", "/billing/customers", "building", "Bill", Permission.SEE_CONTRACTS),
    Entry("Journal", "/billing/journal", "notebook", "Books", Permission.SEE_LEDGER, "g j"),
    Entry("Revenue", "/billing/revenue", "trending-up", "Books", Permission.SEE_LEDGER),
    Entry("Closing", "/billing/closing", "lock", "Books", Permission.SEE_LEDGER),
    Entry("Reconciliation", "/billing/reconciliation", "scale", "Books", Permission.SEE_LEDGER),
    Entry("Batches for the ERP", "/billing/batches", "package-export", "Books", Permission.SEE_BATCHES, "g b"),
    Entry(
        "Legal entities",
        "/billing/legal-entities",
        "building-community",
        "Set-up",
        Permission.SEE_LEGAL_ENTITIES,
        "g z",
    ),
    Entry("Invoice layouts", "/billing/invoice-layouts", "template", "Set-up", Permission.CONFIGURE),
    Entry("Rates", "/billing/rates", "coins", "Set-up", Permission.SEE_CONTRACTS, "g h"),
    Entry("Exchange rates", "/billing/exchange-rates", "currency-dollar", "Set-up", Permission.SEE_LEDGER),
    Entry("Chart of accounts", "/billing/journal/chart", "list-numbers", "Set-up", Permission.SEE_CHART),
    Entry("Account mappings", "/billing/account-mappings", "arrows-exchange", "Set-up", Permission.SEE_CHART),
    Entry("Batch receivers", "/billing/batch-receivers", "key", "Set-up", Permission.CONFIGURE),
    Entry("Webhooks", "/billing/webhooks", "broadcast", "Set-up", Permission.SEE_WEBHOOKS),
)
