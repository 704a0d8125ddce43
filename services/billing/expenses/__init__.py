"""Expenses passed on to the customer."""
