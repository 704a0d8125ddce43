"""Tests of the embedded suite's own identity provider."""
