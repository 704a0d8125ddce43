"""Margin: what approved work costs and is worth, entry by entry."""
