"""The tables of bank files, their lines, and what became of each line; all are append-only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Integer,
    Select,
    String,
    Text,
    Uuid,
    column,
    exists,
    func,
    insert,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import insert as insert_or_leave

from services.billing.bank_statements.model.lines import BankLine, StatementLine
from services.billing.bank_statements.model.matching import Candidate
from services.billing.tables import schema
from shared.database import amount, belongs_to, found_by, only_one, rule
from shared.ids import new_id
from shared.work import Work

CANDIDATES_PER_LINE = 20

bank_files = schema.table(
    "bank_files",
    Column("id", Uuid, primary_key=True),
    Column("legal_entity_id", Uuid, nullable=False),
    Column("name", String, nullable=False),
    Column("line_count", Integer, nullable=False),
    Column("new_count", Integer, nullable=False),
    Column("imported_by", String, nullable=False),
    Column("imported_at", DateTime(timezone=True), nullable=False),
    belongs_to("legal_entity_id", "legal_entities"),
    append_only=True,
)
bank_lines = schema.table(
    "bank_lines",
    Column("id", Uuid, primary_key=True),
    Column("file_id", Uuid, nullable=False),
    Column("legal_entity_id", Uuid, nullable=False),
    Column("reference", String, nullable=False),
    Column("booked_on", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("amount"),
    Column("payer_name", String, nullable=False),
    Column("payer_iban", String, nullable=False),
    Column("remittance", Text, nullable=False),
    belongs_to("file_id", "bank_files"),
    only_one("legal_entity_id", "reference"),
    found_by("payer_iban", where="payer_iban <> ''", why="who paid from an account before"),
    rule("is_money", "amount > 0"),
    append_only=True,
)
bank_line_payments = schema.table(
    "bank_line_payments",
    Column("line_id", Uuid, primary_key=True),
    Column("payment_id", Uuid, primary_key=True),
    belongs_to("line_id", "bank_lines"),
    belongs_to("payment_id", "payments"),
    only_one("payment_id"),
    append_only=True,
)
rejected_suggestions = schema.table(
    "rejected_suggestions",
    Column("line_id", Uuid, primary_key=True),
    Column("invoice_id", Uuid, primary_key=True),
    Column("rejected_by", String, nullable=False),
    Column("rejected_at", DateTime(timezone=True), nullable=False),
    belongs_to("line_id", "bank_lines"),
    belongs_to("invoice_id", "issued_invoices"),
    append_only=True,
)
# What a payment is to a line, as payments keep it.
payments = table("payments", column("id", Uuid), column("customer_id", Uuid))
payment_reversals = table("payment_reversals", column("payment_id", Uuid))

# Blanks, dashes and small letters of a bank do not matter, so both sides are compared without them. What is open is
# reckoned once for all lines; of each line only the claims that something speaks for are kept, the best first.
CANDIDATES = text(
    """
    with wanted as (
        select id, legal_entity_id, currency, amount, payer_iban,
               regexp_replace(upper(remittance), '[^A-Z0-9]', '', 'g') as said,
               regexp_replace(upper(payer_name), '[^A-Z0-9]', '', 'g') as payer
        from bank_lines where id = any(cast(:ids as uuid[]))
    ),
    claims as materialized (
        select one.id as invoice_id, issued.number, one.customer_id, one.legal_entity_id, one.currency,
               customer.name as customer_name, customer.legal_name,
               regexp_replace(upper(issued.number), '[^A-Z0-9]', '', 'g') as plain_number,
               nullif(regexp_replace(upper(customer.name), '[^A-Z0-9]', '', 'g'), '') as plain_name,
               issued.gross - coalesce((select sum(amount) from settlements where invoice_id = one.id), 0) as open
        from issued_invoices issued
        join invoices one on one.id = issued.id
        join customers customer on customer.id = one.customer_id
        where one.legal_entity_id in (select legal_entity_id from wanted)
    ),
    known as (
        select distinct earlier.payer_iban, payment.customer_id
        from bank_lines earlier
        join bank_line_payments link on link.line_id = earlier.id
        join payments payment on payment.id = link.payment_id
        where earlier.payer_iban <> '' and earlier.payer_iban in (select payer_iban from wanted)
          and not exists (select from payment_reversals gone where gone.payment_id = payment.id)
    ),
    told as (
        select wanted.id as line_id, claims.*, known.customer_id is not null as is_known_account,
               strpos(wanted.said, claims.plain_number) > 0 as is_named, claims.open = wanted.amount as is_exact,
               strpos(wanted.payer, claims.plain_name) > 0 as is_payer
        from wanted
        join claims on claims.legal_entity_id = wanted.legal_entity_id and claims.currency = wanted.currency
        left join known on known.payer_iban = wanted.payer_iban and known.customer_id = claims.customer_id
        where claims.open > 0
    ),
    ranked as (
        select *, row_number() over (partition by line_id order by is_named desc, is_exact desc, number) as rank
        from told
        where (is_named or is_exact or is_known_account or is_payer)
          and not exists (select from rejected_suggestions no
                          where no.line_id = told.line_id and no.invoice_id = told.invoice_id)
    )
    select * from ranked where rank <= :most order by line_id, rank
    """
)
FIELDS = tuple(BankLine.__dataclass_fields__)


def with_payment() -> Select[Any]:
    """Every line with the payment that stands for it, if one does."""
    standing = (
        select(bank_line_payments.c.line_id, bank_line_payments.c.payment_id, payments.c.customer_id)
        .join(payments, payments.c.id == bank_line_payments.c.payment_id)
        .where(~exists(select(1).where(payment_reversals.c.payment_id == payments.c.id)))
        .subquery()
    )
    return select(bank_lines, standing.c.payment_id, standing.c.customer_id).outerjoin(
        standing, standing.c.line_id == bank_lines.c.id
    )


async def add(
    work: Work, file_id: UUID, *, legal_entity_id: UUID, name: str, lines: Sequence[StatementLine]
) -> tuple[int, int]:
    """Keep a file and those of its lines that are new; how many lines there were, and how many of them are new."""
    standing = select(bank_lines.c.reference).where(
        bank_lines.c.legal_entity_id == legal_entity_id, bank_lines.c.reference.in_({one.reference for one in lines})
    )
    known = set(await work.session.scalars(standing))
    new = [one for one in lines if one.reference not in known]
    counted = {"line_count": len(lines), "new_count": len(new)}
    said = {"id": file_id, "legal_entity_id": legal_entity_id, "name": name, **counted}
    await work.session.execute(insert(bank_files).values(**said, imported_by=work.actor.subject, imported_at=work.now))
    of_file = {"file_id": file_id, "legal_entity_id": legal_entity_id}
    if new:
        rows = [{"id": new_id(), **of_file, **asdict(one)} for one in new]
        await work.session.execute(insert_or_leave(bank_lines).on_conflict_do_nothing(), rows)
    return counted["line_count"], counted["new_count"]


async def line(work: Work, line_id: UUID) -> tuple[BankLine, UUID | None] | None:
    """One line and the payment that stands for it."""
    row = (await work.session.execute(with_payment().where(bank_lines.c.id == line_id))).one_or_none()
    return None if row is None else (BankLine(**{name: getattr(row, name) for name in FIELDS}), row.payment_id)


async def lines(work: Work, line_ids: Collection[UUID]) -> list[BankLine]:
    """Those of the lines that no payment stands for, by day."""
    wanted = with_payment().where(bank_lines.c.id.in_(line_ids)).order_by(bank_lines.c.booked_on, bank_lines.c.id)
    rows = (await work.session.execute(wanted)).all()
    return [BankLine(**{name: getattr(row, name) for name in FIELDS}) for row in rows if row.payment_id is None]


async def attempts(work: Work, line_id: UUID) -> int:
    """How often a line was recorded as a payment, also such that were undone."""
    counting = select(func.count()).select_from(bank_line_payments).where(bank_line_payments.c.line_id == line_id)
    return await work.session.scalar(counting) or 0


async def link(work: Work, line_id: UUID, payment_id: UUID) -> None:
    """Keep that a line was recorded as a payment."""
    await work.session.execute(insert(bank_line_payments).values(line_id=line_id, payment_id=payment_id))


async def reject(work: Work, line_id: UUID, invoice_id: UUID) -> None:
    """Keep that a line is not for an invoice."""
    said = {"line_id": line_id, "invoice_id": invoice_id}
    await work.session.execute(
        insert_or_leave(rejected_suggestions)
        .values(**said, rejected_by=work.actor.subject, rejected_at=work.now)
        .on_conflict_do_nothing()
    )


async def candidates(work: Work, line_ids: Collection[UUID]) -> dict[UUID, list[Candidate]]:
    """The open invoices that something speaks for, by line, in one statement."""
    by_line: dict[UUID, list[Candidate]] = {}
    names = Candidate.__dataclass_fields__
    for row in await work.session.execute(CANDIDATES, {"ids": list(line_ids), "most": CANDIDATES_PER_LINE}):
        by_line.setdefault(row.line_id, []).append(Candidate(**{name: getattr(row, name) for name in names}))
    return by_line
