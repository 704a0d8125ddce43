"""Adjusting unbilled work."""
