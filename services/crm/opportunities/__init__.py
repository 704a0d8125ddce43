"""Opportunities: deals that may be won, with what would be sold."""
