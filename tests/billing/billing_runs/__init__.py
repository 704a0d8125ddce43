"""Billing runs."""
