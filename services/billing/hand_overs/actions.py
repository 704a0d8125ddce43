"""Handing documents over."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from urllib.parse import urlencode

from services.billing.credit_notes import queries as credit_notes
from services.billing.customers.actions import customer_of
from services.billing.dunning import queries as dunning
from services.billing.hand_overs import store
from services.billing.hand_overs.model import (
    DocumentKind,
    DocumentOrStatement,
    HandedOverAlready,
    HandOver,
    Mailing,
    Wanted,
    check_wanted,
    recipient_of,
    statement_id,
)
from services.billing.invoices import queries as invoices
from services.billing.invoices.model import FileKind
from services.billing.permissions import Permission
from services.billing.statements import queries as statements
from services.billing.statements.model import Account
from shared.contracts.claims import DocumentHandedOver
from shared.ids import new_id
from shared.work import Work


async def hand_over(work: Work, documents: Sequence[Wanted], *, text: str = "") -> list[HandOver]:
    """Let documents be sent by e-mail, all of them or none, and none of them twice to the same address.

    Raises DocumentOrStatement, NoRecipient, NotAnAddress, HandedOverAlready, and what reading the documents raises.
    """
    work.actor.must(Permission.SEND_DOCUMENTS)
    made = []
    for number, wanted in enumerate(documents):
        field = f"/documents/{number}"
        check_wanted(wanted, field)
        mailing = await mailing_of(work, wanted)
        customer = await customer_of(work, mailing.customer_id)
        one = HandOver(
            id=new_id(),
            kind=mailing.kind,
            document_id=mailing.document_id,
            customer_id=mailing.customer_id,
            number=mailing.number,
            recipient=recipient_of(wanted.recipient, customer.billing_email, field),
            subject=mailing.subject,
            text=text,
            attachment=mailing.attachment,
            sha256=mailing.sha256,
            handed_over_by=work.actor.subject,
            handed_over_at=work.now,
        )
        if not await store.add(work, one):
            raise HandedOverAlready(f"{one.number} went to {one.recipient} before.", field=field)
        work.publish(_announced(one))
        made.append(one)
    return made


async def mailing_of(work: Work, wanted: Wanted) -> Mailing:
    """A document as it would go out. Raises what reading it raises."""
    if wanted.account is not None:
        return await _statement(work, wanted.account)
    document_id = wanted.document_id
    if document_id is None:
        raise DocumentOrStatement(field="/document_id")
    if wanted.kind is DocumentKind.INVOICE:
        invoice = (await invoices.invoice(work, document_id)).header
        file = await invoices.document(work, document_id, FileKind.PDF)
        customer_id, subject, place = invoice.customer_id, f"Invoice {file.number}", "invoices/{}/pdf"
    elif wanted.kind is DocumentKind.CREDIT_NOTE:
        note = (await credit_notes.credit_note(work, document_id)).header
        file = await credit_notes.document(work, document_id, FileKind.PDF)
        customer_id, subject, place = note.customer_id, f"Credit note {file.number}", "credit-notes/{}/pdf"
    else:
        letter, _ = await dunning.letter(work, document_id)
        file = await dunning.document(work, document_id)
        customer_id, subject, place = letter.customer_id, letter.title, "dunning-letters/{}/document"
    path = "/" + place.format(document_id)
    return Mailing(wanted.kind, document_id, customer_id, file.number, subject, path, file.sha256)


async def _statement(work: Work, account: Account) -> Mailing:
    sha256 = hashlib.sha256(await statements.document(work, account)).hexdigest()
    asked = {
        "legal_entity_id": account.legal_entity_id,
        "currency": account.currency,
        "starts_on": account.starts_on,
        "ends_on": account.ends_on,
    }
    return Mailing(
        kind=DocumentKind.STATEMENT,
        document_id=statement_id(account, sha256),
        customer_id=account.customer_id,
        number=f"statement-{account.ends_on}",
        subject=f"Statement of account from {account.starts_on} to {account.ends_on}",
        attachment=f"/customers/{account.customer_id}/statement/document?{urlencode(asked)}",
        sha256=sha256,
    )


def _announced(one: HandOver) -> DocumentHandedOver:
    return DocumentHandedOver(
        hand_over_id=one.id,
        kind=one.kind.value,
        document_id=one.document_id,
        number=one.number,
        account_id=one.customer_id,
        recipient=one.recipient,
        subject_line=one.subject,
        text=one.text,
        attachment=one.attachment,
        sha256=one.sha256,
    )
