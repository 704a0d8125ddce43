"""Tests of the way from HTTP to work and back."""
