"""What is said in passing of something that was done."""

from __future__ import annotations

import json
from collections.abc import Mapping


def toast(text: str, *, undo: str | None = None, values: Mapping[str, str] | None = None) -> dict[str, str]:
    """The header that has the page say `text` for a moment, with a way back that posts the form `values` to `undo`."""
    way_back = {"undo": undo, "values": dict(values or {})} if undo else {}
    return {"hx-trigger": json.dumps({"toast": {"text": text, "tone": "good", **way_back}})}
