"""Setting a letter as a PDF."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

ROOT = Path(__file__).parents[1]


async def set_letter(template: Path, words: Mapping[str, Any]) -> bytes:
    """The words in a template as PDF/A; equal words give equal bytes. Set in a thread, so that others go on."""
    return await asyncio.to_thread(_set, template, json.dumps(words))


def _set(template: Path, words: str) -> bytes:
    pdf = typst.compile(template, root=ROOT, format="pdf", sys_inputs={"letter": words}, pdf_standards=["a-3b"])
    if not isinstance(pdf, bytes):
        raise TypeError("a letter is one document")
    return pdf
