"""Invoices: drafted from open work, approved by a second person, issued with a number for good."""
