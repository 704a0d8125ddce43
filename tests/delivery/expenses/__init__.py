"""Tests of expense reports."""
