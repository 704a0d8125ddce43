"""Bringing records in from files of another system."""
