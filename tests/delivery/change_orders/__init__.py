"""Tests of change orders."""
