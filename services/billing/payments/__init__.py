"""Payments: what a customer paid, which invoices it settles, and what is left as their credit."""
