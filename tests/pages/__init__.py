"""Tests of every page of every service."""
