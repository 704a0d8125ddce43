"""A document as it goes out by e-mail: where it lies, and what is written with it in its language."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from services.billing.credit_notes import queries as credit_notes
from services.billing.customers.actions import customer_of
from services.billing.dunning import queries as dunning
from services.billing.hand_overs import store
from services.billing.hand_overs.model import DocumentKind, DocumentOrStatement, Mailing, Wanted, statement_id
from services.billing.invoices import queries as invoices
from services.billing.invoices.model import FileKind, IssuedFile
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.legal_entities.model import Language
from services.billing.letters.model.texts import filled
from services.billing.letters.model.writing import Written
from services.billing.statements import queries as statements
from services.billing.statements.model import Account
from shared.work import Work


@dataclass(frozen=True)
class Found:
    """A document, where it lies, and what e-mails about it can say."""

    kind: DocumentKind
    id: UUID
    customer_id: UUID
    legal_entity_id: UUID
    language: Language
    number: str
    place: str
    sha256: str
    told: Mapping[str, str]


async def mailing_of(work: Work, wanted: Wanted) -> Mailing:
    """A document as it would go out. Raises what reading it raises."""
    found = await _found(work, wanted)
    said = (await store.texts_of(work, found.legal_entity_id)).text(found.language, found.kind)
    told = {
        "customer": (await customer_of(work, found.customer_id)).legal_name,
        "seller": (await legal_entity_of(work, found.legal_entity_id)).name,
        **found.told,
    }
    return Mailing(
        kind=found.kind,
        document_id=found.id,
        customer_id=found.customer_id,
        number=found.number,
        subject=filled(said.subject, told),
        text=filled(said.text, told),
        attachment=found.place,
        sha256=found.sha256,
    )


async def _found(work: Work, wanted: Wanted) -> Found:
    if wanted.account is not None:
        return await _statement(work, wanted.account)
    if wanted.document_id is None:
        raise DocumentOrStatement(field="/document_id")
    reading = {DocumentKind.INVOICE: _invoice, DocumentKind.CREDIT_NOTE: _credit_note}
    return await reading.get(wanted.kind, _dunning_letter)(work, wanted.document_id)


async def _invoice(work: Work, invoice_id: UUID) -> Found:
    one = (await invoices.invoice(work, invoice_id)).header
    file = await invoices.document(work, invoice_id, FileKind.PDF)
    write = Written(one.language, one.currency)
    return _attached(
        DocumentKind.INVOICE,
        invoice_id,
        one,
        file,
        place=f"/invoices/{invoice_id}/pdf",
        told={
            "number": file.number,
            "currency": one.currency,
            "gross": write.amount(one.gross),
            "due_on": write.day(one.due_on),
        },
    )


async def _credit_note(work: Work, credit_note_id: UUID) -> Found:
    one = (await credit_notes.credit_note(work, credit_note_id)).header
    file = await credit_notes.document(work, credit_note_id, FileKind.PDF)
    return _attached(
        DocumentKind.CREDIT_NOTE,
        credit_note_id,
        one,
        file,
        place=f"/credit-notes/{credit_note_id}/pdf",
        told={
            "number": file.number,
            "currency": one.currency,
            "gross": Written(one.language, one.currency).amount(one.gross),
            "credited": one.invoice_number,
        },
    )


async def _dunning_letter(work: Work, letter_id: UUID) -> Found:
    one, _ = await dunning.letter(work, letter_id)
    file = await dunning.document(work, letter_id)
    total = Written(one.language, one.currency).amount(one.open + one.fee)
    return _attached(
        DocumentKind.DUNNING_LETTER,
        letter_id,
        one,
        file,
        place=f"/dunning-letters/{letter_id}/document",
        told={"title": one.title, "currency": one.currency, "total": total},
    )


def _attached(
    kind: DocumentKind, id: UUID, one: Any, file: IssuedFile, *, place: str, told: Mapping[str, str]
) -> Found:
    """A document that lies as a file, whose head is `one`."""
    return Found(
        kind, id, one.customer_id, one.legal_entity_id, one.language, file.number, place, sha256=file.sha256, told=told
    )


async def _statement(work: Work, account: Account) -> Found:
    printed = await statements.document(work, account)
    write, sha256 = Written(printed.language, account.currency), hashlib.sha256(printed.pdf).hexdigest()
    asked = {
        "legal_entity_id": account.legal_entity_id,
        "currency": account.currency,
        "starts_on": account.starts_on,
        "ends_on": account.ends_on,
        "language": printed.language.value,
    }
    return Found(
        kind=DocumentKind.STATEMENT,
        id=statement_id(account, sha256),
        customer_id=account.customer_id,
        legal_entity_id=account.legal_entity_id,
        language=printed.language,
        number=f"statement-{account.ends_on}",
        place=f"/customers/{account.customer_id}/statement/document?{urlencode(asked)}",
        sha256=sha256,
        told={
            "currency": account.currency,
            "from": write.day(account.starts_on),
            "to": write.day(account.ends_on),
            "balance": write.amount(printed.closing),
        },
    )
