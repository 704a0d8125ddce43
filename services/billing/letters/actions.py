"""Setting a letter as a PDF."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from services.billing.customers.model import Customer
from services.billing.legal_entities.model import Language, LegalEntity
from services.billing.letters.model import customer_as_printed, seller_as_printed
from services.billing.letters.model.words import WORDS

ROOT = Path(__file__).parents[1]


async def set_letter(
    template: Path, said: Mapping[str, Any], *, seller: LegalEntity, customer: Customer, language: Language
) -> bytes:
    """What is said in a template as PDF/A; equal letters give equal bytes. Set in a thread, so that others go on."""
    frame = {
        "language": language.value,
        "words": WORDS[language],
        "seller": seller_as_printed(seller),
        "customer": customer_as_printed(customer),
    }
    return await asyncio.to_thread(_set, template, json.dumps({"frame": frame, **said}))


def _set(template: Path, said: str) -> bytes:
    pdf = typst.compile(template, root=ROOT, format="pdf", sys_inputs={"letter": said}, pdf_standards=["a-3b"])
    if not isinstance(pdf, bytes):
        raise TypeError("a letter is one document")
    return pdf
