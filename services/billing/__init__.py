"""Billing owns what may be billed and what has been earned: contracts, rates, work in progress, invoices, the ledger."""
