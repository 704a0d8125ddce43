"""Entries that other systems post into our books: supplier cost, payables, openings."""
