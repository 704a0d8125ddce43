"""Reading dunning: what is proposed, with what speaks against it first, letters, plans and pauses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnClause, ColumnElement, Row, Select, String, case, func, literal_column, or_, select
from sqlalchemy.sql.selectable import Subquery

from services.billing.customers.store import customers
from services.billing.dunning import store
from services.billing.dunning.model import NoSuchLetter, NoticeStatus, Plan
from services.billing.dunning.store import (
    dunning_documents,
    dunning_letters,
    dunning_notices,
    dunning_pauses,
    dunning_steps,
    stands,
)
from services.billing.invoice_layouts.store import invoice_layouts
from services.billing.invoice_preferences.store import invoice_preferences
from services.billing.invoices.model import IssuedFile
from services.billing.legal_entities.model import Language
from services.billing.payments.store import with_rest
from services.billing.permissions import Permission
from services.billing.receivables.store import issued_invoices, positions
from shared.database import Page, page
from shared.work import Work


async def proposed(work: Work, *, words: str = "", cursor: str | None, limit: int) -> Page[Row[Any]]:
    """Notices that wait, those that something speaks against first, then the longest due.

    `words` are of the number or the customer. `paused` is why dunning is paused, `credit` what we owe the customer.
    """
    work.actor.must(Permission.SEE_INVOICES)
    found = _proposed(work.now.date())
    wanted = select(found)
    if words:
        wanted = wanted.where(
            or_(*(one.icontains(words, autoescape=True) for one in (found.c.number, found.c.customer_name)))
        )
    keys = cast("list[ColumnClause[Any]]", [found.c.rank, found.c.due_on, found.c.id])
    return await page(work.session, wanted, keys=keys, cursor=cursor, limit=limit)


async def letters(
    work: Work, *, customer_id: UUID | None = None, words: str = "", cursor: str | None, limit: int
) -> Page[Row[Any]]:
    """Letters that were sent, the newest first; `words` are of the customer or the title."""
    work.actor.must(Permission.SEE_INVOICES)
    wanted = _letters()
    if customer_id is not None:
        wanted = wanted.where(dunning_letters.c.customer_id == customer_id)
    if words:
        named = (one.icontains(words, autoescape=True) for one in (customers.c.name, dunning_letters.c.title))
        wanted = wanted.where(or_(*named))
    return await page(work.session, wanted, keys=(dunning_letters.c.id,), cursor=cursor, limit=limit, descending=True)


async def letter(work: Work, letter_id: UUID) -> tuple[Row[Any], Sequence[Row[Any]]]:
    """One letter, and the claims it is about. Raises NoSuchLetter."""
    work.actor.must(Permission.SEE_INVOICES)
    head = (await work.session.execute(_letters().where(dunning_letters.c.id == letter_id))).one_or_none()
    if head is None:
        raise NoSuchLetter()
    one = dunning_notices.c
    claims = (
        select(one.invoice_id, issued_invoices.c.number, issued_invoices.c.due_on, one.step, one.open)
        .join(issued_invoices, issued_invoices.c.id == one.invoice_id)
        .where(one.letter_id == letter_id)
        .order_by(issued_invoices.c.due_on, issued_invoices.c.number)
    )
    return head, list(await work.session.execute(claims))


async def document(work: Work, letter_id: UUID) -> IssuedFile:
    """A letter as it went out. Raises NoSuchLetter."""
    work.actor.must(Permission.SEE_INVOICES)
    head = dunning_letters.c
    wanted = select(head.sent_on, head.sha256, dunning_documents.c.pdf).where(head.id == letter_id)
    found = (
        await work.session.execute(wanted.join(dunning_documents, dunning_documents.c.id == head.id))
    ).one_or_none()
    if found is None:
        raise NoSuchLetter()
    return IssuedFile(f"reminder-{found.sent_on}", found.sha256, found.pdf)


async def plan_of(work: Work, legal_entity_id: UUID) -> Plan | None:
    """The plan that counts for a legal entity, if there is one."""
    work.actor.must(Permission.SEE_INVOICES)
    return (await store.plans(work)).get(legal_entity_id)


async def pauses(work: Work, *, cursor: str | None, limit: int) -> Page[Row[Any]]:
    """Pauses that are neither lifted nor over, the newest first, with whom they are of."""
    work.actor.must(Permission.SEE_INVOICES)
    one = dunning_pauses.c
    wanted = (
        select(dunning_pauses, customers.c.name.label("customer_name"), issued_invoices.c.number)
        .outerjoin(customers, customers.c.id == one.customer_id)
        .outerjoin(issued_invoices, issued_invoices.c.id == one.invoice_id)
        .where(stands(work.now.date()))
    )
    return await page(work.session, wanted, keys=(one.id,), cursor=cursor, limit=limit, descending=True)


def _letters() -> Select[Any]:
    of_customer = customers.c.id == dunning_letters.c.customer_id
    return select(dunning_letters, customers.c.name.label("customer_name")).join(customers, of_customer)


@lru_cache(maxsize=2)
def _proposed(today: date) -> Subquery:
    """What `proposed` lists; put together once a day, because that takes longer than to ask it."""
    notice, claim, step, pause = dunning_notices.c, positions().subquery(), dunning_steps.c, dunning_pauses.c
    of_either = or_(pause.customer_id == claim.c.customer_id, pause.invoice_id == claim.c.invoice_id)
    paused = select(func.min(pause.reason)).where(stands(today), of_either).scalar_subquery()
    credit = _credit(claim.c)
    has_address = customers.c.billing_email != ""
    return (
        select(
            notice.id,
            notice.step,
            notice.proposed_on,
            *(claim.c[name] for name in ("invoice_id", "number", "customer_id", "legal_entity_id", "currency")),
            *(claim.c[name] for name in ("due_on", "gross", "open")),
            _title(step.texts).label("title"),
            customers.c.name.label("customer_name"),
            paused.label("paused"),
            credit.label("credit"),
            has_address.label("has_address"),
            case((paused.is_not(None) | (credit > 0), 0), else_=1).label("rank"),
        )
        .join(claim, claim.c.invoice_id == notice.invoice_id)
        .join(dunning_steps, (step.plan_id == notice.plan_id) & (step.number == notice.step))
        .join(customers, customers.c.id == claim.c.customer_id)
        .outerjoin(invoice_preferences, invoice_preferences.c.customer_id == claim.c.customer_id)
        .outerjoin(invoice_layouts, invoice_layouts.c.legal_entity_id == claim.c.legal_entity_id)
        .where(notice.status == NoticeStatus.PROPOSED, claim.c.open > 0)
        .subquery()
    )


def _title(texts: ColumnElement[Any]) -> ColumnElement[str]:
    """What the letter will be called: in the customer's language, that of the firm, or as it can."""
    own = func.coalesce(invoice_layouts.c.language, Language.ENGLISH)
    said = [
        func.jsonb_extract_path_text(texts, one.cast(String), "title") for one in (invoice_preferences.c.language, own)
    ]
    otherwise = func.jsonb_path_query_first(texts, literal_column("'$.*.title'")).op("#>>")(literal_column("'{}'"))
    return func.coalesce(*said, otherwise)


def _credit(claim: Any) -> ColumnElement[Any]:
    """What the customer paid or was credited in the claim's currency and nothing took yet."""
    paid, owed = with_rest().subquery(), positions().subquery()

    def theirs(rows: Any, amount: ColumnElement[Any], *more: ColumnElement[bool]) -> Any:
        same = (rows.c[name] == claim[name] for name in ("customer_id", "legal_entity_id", "currency"))
        return select(func.coalesce(func.sum(amount), 0)).where(*same, *more).scalar_subquery()

    credit: ColumnElement[Any] = theirs(paid, paid.c.rest) + theirs(owed, -owed.c.open, owed.c.open < 0)
    return credit
