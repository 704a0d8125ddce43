"""Tests of margin."""
