"""The tables of crm, declared in the `store.py` of each feature."""

from __future__ import annotations

from shared.database import Schema

schema = Schema("crm")
