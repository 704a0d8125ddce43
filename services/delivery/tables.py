"""The schema of delivery's database."""

from __future__ import annotations

from shared.database import Schema

schema = Schema("delivery")
