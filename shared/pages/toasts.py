"""What is said in passing of something that was done."""

from __future__ import annotations

import json


def toast(text: str, *, undo: str | None = None) -> dict[str, str]:
    """The header that has the page say `text` for a moment, with a way back that posts to `undo`."""
    said = {"text": text, "tone": "good"}
    return {"hx-trigger": json.dumps({"toast": said if undo is None else {**said, "undo": undo}})}
