"""Resourcing: who works here, when, at what cost, and who does which work."""
