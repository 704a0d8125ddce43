"""Billing runs: many contracts at once, looked through before they are drafted."""
