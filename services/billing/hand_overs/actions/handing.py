"""Handing documents over."""

from __future__ import annotations

from collections.abc import Sequence

from services.billing.customers.actions import customer_of
from services.billing.hand_overs import store
from services.billing.hand_overs.actions.mailing import mailing_of
from services.billing.hand_overs.model import HandedOverAlready, HandOver, Wanted, check_wanted, recipient_of
from services.billing.permissions import Permission
from shared.contracts.claims import DocumentHandedOver
from shared.ids import new_id
from shared.reasons import because
from shared.work import Work


async def hand_over(work: Work, documents: Sequence[Wanted], *, text: str = "") -> list[HandOver]:
    """Let documents be sent by e-mail, all of them or none, and none of them twice to the same address.

    Without a `text`, each e-mail says what its legal entity has for it in the language of the document.
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
            text=text or mailing.text,
            attachment=mailing.attachment,
            sha256=mailing.sha256,
            handed_over_by=work.actor.subject,
            handed_over_at=work.now,
        )
        if not await store.add(work, one):
            raise HandedOverAlready(
                because("%(number)s went to %(recipient)s before.", number=one.number, recipient=one.recipient),
                field=field,
            )
        work.publish(_announced(one))
        made.append(one)
    return made


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
