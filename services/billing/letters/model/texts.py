"""Texts of the firm's own, with placeholders in braces that are filled in."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def filled(text: str, told: Mapping[str, str]) -> str:
    """A text with what stands in braces filled in, once."""
    return PLACEHOLDER.sub(lambda found: told.get(found[1], found[0]), text)


def unknown(words: str, known: Collection[str]) -> str | None:
    """The first thing in `words` that looks like a placeholder and is none, if there is one."""
    for name in PLACEHOLDER.findall(words):
        if name not in known:
            return f"{{{name}}}"
    left = re.search(r"[{}][^{}]*\}?", PLACEHOLDER.sub("", words))
    return left[0][:20] if left else None
