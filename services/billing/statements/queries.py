"""Reading what happened between a customer and us."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Date, Integer, Numeric, String, Uuid, column, select, text

from services.billing.customers.actions import customer_of
from services.billing.invoice_preferences.actions import languages_of
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.legal_entities.model import Language
from services.billing.letters.actions import set_letter
from services.billing.letters.model.writing import Written
from services.billing.permissions import Permission
from services.billing.statements.model import (
    MOST,
    Account,
    Movement,
    MovementKind,
    Printed,
    Statement,
    StatementTooLong,
    check_days,
)
from services.billing.statements.model.words import WORDS
from shared.database import LIMIT_MAX, page
from shared.work import Work

TEMPLATE = Path(__file__).parent / "templates" / "statement.typ"
# An allocation moves credit to a claim and changes no balance; what leaves a claim without a payment, or a payment
# without a claim, does.
MOVEMENTS = text(
    """
    with movements as (
        select issued.issued_on as day, 1 as place, issued.id, 'invoice' as kind, issued.id as document_id,
               issued.number as reference, issued.gross as amount
          from issued_invoices issued join invoices invoice on invoice.id = issued.id
         where invoice.customer_id = :customer_id and invoice.legal_entity_id = :legal_entity_id
           and invoice.currency = :currency
        union all
        select settlement.settled_on, 3, settlement.id, settlement.kind, settlement.cause_id,
               coalesce(note.number, issued.number), -settlement.amount
          from settlements settlement
          join invoices invoice on invoice.id = settlement.invoice_id
          join issued_invoices issued on issued.id = settlement.invoice_id
          left join issued_credit_notes note on note.id = settlement.cause_id
         where settlement.payment_id is null and invoice.customer_id = :customer_id
           and invoice.legal_entity_id = :legal_entity_id and invoice.currency = :currency
        union all
        select settlement.settled_on, 3, settlement.id, settlement.kind, settlement.cause_id, payment.reference,
               settlement.amount
          from settlements settlement join payments payment on payment.id = settlement.payment_id
         where settlement.invoice_id is null and payment.customer_id = :customer_id
           and payment.legal_entity_id = :legal_entity_id and payment.currency = :currency
        union all
        select payment.received_on, 2, payment.id, 'payment', payment.id, payment.reference, -payment.amount
          from payments payment
         where payment.customer_id = :customer_id and payment.legal_entity_id = :legal_entity_id
           and payment.currency = :currency
        union all
        select reversal.reversed_on, 4, payment.id, 'payment_reversal', payment.id, payment.reference, payment.amount
          from payment_reversals reversal join payments payment on payment.id = reversal.payment_id
         where payment.customer_id = :customer_id and payment.legal_entity_id = :legal_entity_id
           and payment.currency = :currency
    )
    select day, place, id, kind, document_id, reference, amount,
           sum(amount) over (order by day, place, id) as balance
      from movements
    """
)
KEYS = (column("day", Date), column("place", Integer), column("id", Uuid))
COLUMNS = (
    *KEYS,
    column("kind", String),
    column("document_id", Uuid),
    column("reference", String),
    column("amount", Numeric),
    column("balance", Numeric),
)


async def statement(work: Work, account: Account, *, cursor: str | None, limit: int) -> Statement:
    """What a customer owed, what changed it, and what they owe. Raises NoSuchCustomer, NoSuchLegalEntity,
    EndsBeforeItStarts.
    """
    work.actor.must(Permission.SEE_INVOICES)
    check_days(account)
    await customer_of(work, account.customer_id)
    await legal_entity_of(work, account.legal_entity_id)
    asked = {name: getattr(account, name) for name in ("customer_id", "legal_entity_id", "currency")}
    found = MOVEMENTS.bindparams(**asked).columns(*COLUMNS).subquery("movements")
    balance = select(found.c.balance).order_by(*(found.c[key.name].desc() for key in KEYS)).limit(1)
    opening = await work.session.scalar(balance.where(found.c.day < account.starts_on))
    closing = await work.session.scalar(balance.where(found.c.day <= account.ends_on))
    within = select(*COLUMNS).select_from(found).where(found.c.day.between(account.starts_on, account.ends_on))
    rows = await page(work.session, within, keys=KEYS, cursor=cursor, limit=limit)
    return Statement(
        account,
        opening or Decimal(),
        closing or Decimal(),
        [Movement(**{**row._mapping, "kind": MovementKind(row.kind)}) for row in rows.items],
        rows.next,
    )


async def document(work: Work, account: Account, *, language: Language | None = None) -> Printed:
    """All of a statement as a PDF, in a language or in that of the customer.

    Raises what `statement` raises, and StatementTooLong.
    """
    found = await statement(work, account, cursor=None, limit=LIMIT_MAX)
    movements, following = list(found.movements), found.next
    while following:
        if len(movements) >= MOST:
            raise StatementTooLong(field="/starts_on")
        more = await statement(work, account, cursor=following, limit=LIMIT_MAX)
        movements += more.movements
        following = more.next
    between = account.customer_id, account.legal_entity_id
    chosen = language or (await languages_of(work, [between]))[between]
    pdf = await set_letter(
        TEMPLATE,
        _said(found, movements, chosen),
        seller=await legal_entity_of(work, account.legal_entity_id),
        customer=await customer_of(work, account.customer_id),
        language=chosen,
    )
    return Printed(pdf, chosen, found.closing)


def _said(found: Statement, movements: list[Movement], language: Language) -> dict[str, Any]:
    account, words, write = found.account, WORDS[language], Written(language, found.account.currency)
    return {
        "words": words,
        "dated": account.ends_on.isoformat(),
        "from": write.day(account.starts_on),
        "to": write.day(account.ends_on),
        "days": write.days(account.starts_on, account.ends_on + timedelta(days=1)),
        "currency": account.currency,
        "opening": write.amount(found.opening),
        "closing": write.amount(found.closing),
        "movements": [
            {
                "day": write.day(one.day),
                "kind": words[one.kind],
                "reference": one.reference,
                "amount": write.amount(one.amount),
                "balance": write.amount(one.balance),
            }
            for one in movements
        ],
    }
