"""Receivables: what is open on every issued invoice, since when, and what settled the rest."""
