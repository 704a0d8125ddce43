"""What an invoice or a credit note goes out as: a PDF that carries its own data (Factur-X), and UBL."""

from __future__ import annotations

import asyncio
import json

from services.billing.invoices.actions.cii import as_cii
from services.billing.invoices.actions.document import TEMPLATE, Document, written
from services.billing.invoices.actions.en16931 import must_be_complete
from services.billing.invoices.actions.hybrid import declared_as_facturx
from services.billing.invoices.actions.ubl import as_ubl
from services.billing.invoices.model import FileKind
from services.billing.letters.actions import set_as_pdf


async def files_of(document: Document) -> dict[FileKind, bytes]:
    """The files of a document, made in a thread, so that others go on meanwhile. Raises Lacks."""
    must_be_complete(document)
    return await asyncio.to_thread(_files, document)


def _files(document: Document) -> dict[FileKind, bytes]:
    """What is valid is seen to beforehand and in tests, not for every invoice again."""
    said = {"invoice": json.dumps(written(document)), "data": as_cii(document).decode()}
    return {FileKind.PDF: declared_as_facturx(set_as_pdf(TEMPLATE, said)), FileKind.UBL: as_ubl(document)}
