"""Servers, builders and actors for the tests."""
