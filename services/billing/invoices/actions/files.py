"""What an invoice or a credit note goes out as: a PDF that carries its own data (Factur-X), and UBL."""

from __future__ import annotations

import asyncio
import json

import facturx  # type: ignore[import-untyped]

from services.billing.invoices.actions.cii import as_cii
from services.billing.invoices.actions.document import Document, set_as_pdf, written
from services.billing.invoices.actions.en16931 import must_be_complete
from services.billing.invoices.actions.ubl import as_ubl
from services.billing.invoices.model import FileKind


async def files_of(document: Document) -> dict[FileKind, bytes]:
    """The files of a document, made in a thread, so that others go on meanwhile. Raises Lacks."""
    must_be_complete(document)
    return await asyncio.to_thread(_files, document)


def _files(document: Document) -> dict[FileKind, bytes]:
    people_read, machines_read = set_as_pdf(json.dumps(written(document))), as_cii(document)
    return {FileKind.PDF: _hybrid(people_read, machines_read, document), FileKind.UBL: as_ubl(document)}


def _hybrid(pdf: bytes, data: bytes, document: Document) -> bytes:
    """PDF/A-3 with the data inside; what is valid is seen to beforehand and in tests, not for every invoice again."""
    what = {
        "author": document.seller.name,
        "title": document.number,
        "subject": document.subject,
        "keywords": "Factur-X",
    }
    put_in: bytes = facturx.generate_from_binary(
        pdf, data, flavor="factur-x", level="en16931", check_xsd=False, pdf_metadata=what, afrelationship="alternative"
    )
    return put_in
