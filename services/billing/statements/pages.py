"""Statements of account as people see them: whose, for which time, line by line, and as a PDF."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.billing.customers import queries as customers
from services.billing.customers.model import NoSuchCustomer
from services.billing.legal_entities import queries as legal_entities
from services.billing.permissions import Permission
from services.billing.statements import queries
from services.billing.statements.api import as_pdf
from services.billing.statements.model import Account
from shared.database import LIMIT_MAX
from shared.pages import InWork, PageRoute, page, said
from shared.ui.listing import Column, Listing, Rows
from shared.ui.words import gettext as _
from shared.work import Work

router = APIRouter(prefix="/statements", route_class=PageRoute)


@dataclass(frozen=True)
class Asked:
    """What an address says of the statement that is wanted."""

    customer: UUID | None = None
    legal_entity: UUID | None = None
    currency: Annotated[str, Query(max_length=3)] = ""
    starts_on: date | None = None
    ends_on: date | None = None


@router.get("")
async def statement(
    request: Request,
    work: InWork,
    rows: Rows,
    asked: Annotated[Asked, Depends()],
) -> Response:
    """The statement of a customer; without one, room to choose."""
    known = (await customers.listed(work, cursor=None, limit=LIMIT_MAX)).items
    entities = (await legal_entities.legal_entities(work, cursor=None, limit=LIMIT_MAX)).items
    account = await _account(work, asked)
    found = await queries.statement(work, account, cursor=rows.cursor, limit=rows.limit) if account else None
    columns = (
        Column("day", _("Day")),
        Column("kind", _("What"), said("billing/statements/words.html", "words", "kind")),
        Column("reference", _("Reference")),
        Column("amount", _("Amount"), number=True),
        Column("balance", _("Balance"), number=True, currency=lambda _: account and account.currency),
    )
    movements = found.movements if found else []
    return page(
        request,
        "billing/statements/statement.html",
        listing=Listing.of(request, "statement", columns, movements, next=found.next if found else None),
        found=found,
        account=account,
        address=next((one.billing_email for one in known if account and one.id == account.customer_id), ""),
        may_send=work.actor.may(Permission.SEND_DOCUMENTS),
        customers=sorted(known, key=lambda one: one.name),
        entities=entities,
    )


@router.get("/document.pdf")
async def document(work: InWork, asked: Annotated[Asked, Depends()]) -> Response:
    """The same as a PDF; without a customer, of the first one."""
    known = (await customers.listed(work, cursor=None, limit=1)).items
    first = next((one.id for one in known), None)
    account = await _account(work, replace(asked, customer=asked.customer or first))
    if account is None:
        raise NoSuchCustomer()
    return as_pdf(account, await queries.document(work, account))


async def _account(work: Work, asked: Asked) -> Account | None:
    """What is asked for; this year with the first of our firms in its own currency, where nothing is said."""
    entities = (await legal_entities.legal_entities(work, cursor=None, limit=LIMIT_MAX)).items
    entity = next((one for one in entities if one.id == asked.legal_entity), entities[0] if entities else None)
    if asked.customer is None or entity is None:
        return None
    last = asked.ends_on or work.now.date()
    first = asked.starts_on or date(last.year, 1, 1)
    return Account(asked.customer, entity.id, asked.currency or entity.functional_currency, first, last)
