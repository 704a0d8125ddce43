"""Reading what was handed over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_, select

from services.billing.customers.store import customers
from services.billing.hand_overs import store
from services.billing.hand_overs.model import DocumentKind
from services.billing.hand_overs.model.texts import MailTexts
from services.billing.hand_overs.store import hand_overs
from services.billing.legal_entities.queries import legal_entity
from services.billing.permissions import Permission
from shared.database import Page, page
from shared.work import Work


async def listed(
    work: Work,
    *,
    kind: DocumentKind | None = None,
    document_id: UUID | None = None,
    customer_id: UUID | None = None,
    words: str = "",
    cursor: str | None,
    limit: int,
) -> Page[Row[Any]]:
    """Hand-overs, the newest first; `words` are of the number, the customer or the address."""
    work.actor.must(Permission.SEE_INVOICES)
    one = hand_overs.c
    wanted = select(hand_overs, customers.c.name.label("customer_name")).join(
        customers, customers.c.id == one.customer_id
    )
    for column, value in ((one.kind, kind), (one.document_id, document_id), (one.customer_id, customer_id)):
        if value is not None:
            wanted = wanted.where(column == value)
    if words:
        named = (each.icontains(words, autoescape=True) for each in (one.number, customers.c.name, one.recipient))
        wanted = wanted.where(or_(*named))
    return await page(work.session, wanted, keys=(one.id,), cursor=cursor, limit=limit, descending=True)


async def mail_texts(work: Work, legal_entity_id: UUID) -> MailTexts:
    """What the e-mails of a legal entity say, for whoever configures or bills. Raises NoSuchLegalEntity."""
    await legal_entity(work, legal_entity_id)
    return await store.texts_of(work, legal_entity_id)
