"""Marking unbilled work up or down, writing it off, and moving it to another contract line."""
