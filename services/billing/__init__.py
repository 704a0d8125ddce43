"""Billing owns what may be billed and what is earned: contracts, rates, work in progress, invoices, ledger."""
