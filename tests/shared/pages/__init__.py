"""Tests of what people meet at a browser."""
