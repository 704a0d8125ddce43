"""Setting documents as PDF."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from functools import cache
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
    return await asyncio.to_thread(set_as_pdf, template, {"letter": json.dumps({"frame": frame, **said})}, root=ROOT)


def set_as_pdf(template: Path, said: Mapping[str, str], *, root: Path | None = None) -> bytes:
    """What is said in a template, as PDF/A-3, so that data can be put in; what is equal gives equal bytes."""
    return typst.compile(
        template, root=root, font_paths=_fonts(), format="pdf", sys_inputs=dict(said), pdf_standards=["a-3b"]
    )


@cache
def _fonts() -> typst.Fonts:
    """Looked for once: that takes as long as setting a document."""
    return typst.Fonts()
