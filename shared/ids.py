"""New ids: UUIDv7, so that ids made one after the other sort by time."""

from __future__ import annotations

from uuid import UUID

from uuid6 import uuid7


def new_id() -> UUID:
    """A new UUIDv7 by the wall clock."""
    return UUID(bytes=uuid7().bytes)
