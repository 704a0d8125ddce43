"""Statements that make the database itself refuse an entry that does not balance."""
