"""Retainers: a fee for each month, the minutes it pays for, and what becomes of those that nobody used."""
