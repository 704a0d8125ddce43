"""Reading receivables: open items, how late they are, what settled an invoice, whether the account agrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CTE, Case, ColumnClause, ColumnElement, Row, case, func, select

from services.billing.customers.store import customers
from services.billing.ledger.model.accounts import PostingRole
from services.billing.ledger.model.entries import SourceKind
from services.billing.ledger.queries import balance_by_source
from services.billing.legal_entities.actions import legal_entity_of
from services.billing.permissions import Permission
from services.billing.receivables.model import (
    GIVEN_UP,
    LAST_DAYS,
    Aged,
    Agreement,
    NoSuchReceivable,
    Position,
    ReceivableState,
    state_of,
)
from services.billing.receivables.store import invoices, issued_invoices, positions, settlements
from shared.database import Page, Sorts, page
from shared.work import Work

SORTS: Sorts = {"number": "number", "customer": "customer_name", "due_on": "due_on", "gross": "gross", "open": "open"}
BY_HAND = frozenset({SourceKind.ADJUSTMENT, SourceKind.REVERSAL})


@dataclass(frozen=True)
class Ageing:
    """The open items of a legal entity by customer and age, and whether the account says the same."""

    as_of: date
    rows: Sequence[Aged]
    agreements: Sequence[Agreement]

    @property
    def totals(self) -> dict[str, Sequence[Decimal]]:
        """The bands of all customers together, by currency."""
        found: dict[str, list[Decimal]] = {}
        for row in self.rows:
            sums = found.setdefault(row.currency, [Decimal()] * len(row.bands))
            found[row.currency] = [one + other for one, other in zip(sums, row.bands, strict=True)]
        return dict(found)


async def open_items(
    work: Work,
    *,
    customer_id: UUID | None = None,
    legal_entity_id: UUID | None = None,
    due_before: date | None = None,
    words: str = "",
    sort: str = "",
    cursor: str | None,
    limit: int,
) -> Page[Row[Any]]:
    """Issued invoices with something open, the longest due first or by `sort`; `words` are of number or customer."""
    work.actor.must(Permission.SEE_INVOICES)
    claims = positions().subquery()
    wanted = (
        select(claims, customers.c.name.label("customer_name"))
        .join(customers, customers.c.id == claims.c.customer_id)
        .where(claims.c.open != 0)
    )
    for column, value in ((claims.c.customer_id, customer_id), (claims.c.legal_entity_id, legal_entity_id)):
        if value is not None:
            wanted = wanted.where(column == value)
    if due_before is not None:
        wanted = wanted.where(claims.c.due_on < due_before)
    if words:
        like = [one.icontains(words, autoescape=True) for one in (claims.c.number, customers.c.name)]
        wanted = wanted.where(like[0] | like[1])
    keys = cast("list[ColumnClause[Any]]", [claims.c.due_on, claims.c.invoice_id])
    return await page(work.session, wanted, keys=keys, cursor=cursor, limit=limit, sort=sort, sorts=SORTS)


@dataclass(frozen=True)
class Receivable:
    """One claim, everything that settled it, in order, and how far it is settled."""

    position: Position
    settlements: Sequence[Row[Any]]

    @property
    def state(self) -> ReceivableState:
        """How far it is settled."""
        lost = sum((one.amount for one in self.settlements if one.kind in GIVEN_UP), Decimal())
        return state_of(self.position.gross, self.position.open, lost=lost)


async def receivable(work: Work, invoice_id: UUID) -> Receivable:
    """One claim and everything that settled it. Raises NoSuchReceivable."""
    work.actor.must(Permission.SEE_INVOICES)
    row = (await work.session.execute(positions().where(issued_invoices.c.id == invoice_id))).one_or_none()
    if row is None:
        raise NoSuchReceivable()
    settled = select(settlements).where(settlements.c.invoice_id == invoice_id).order_by(settlements.c.id)
    return Receivable(Position(**row._mapping), list(await work.session.execute(settled)))


async def ageing(work: Work, legal_entity_id: UUID, *, as_of: date) -> Ageing:
    """What was open at the end of the day `as_of`, by customer and days overdue. Raises NoSuchLegalEntity."""
    work.actor.must(Permission.SEE_INVOICES)
    entity = await legal_entity_of(work, legal_entity_id)
    claims = _claims_of(legal_entity_id, as_of)
    index = _band(as_of - claims.c.due_on)
    bands = [
        func.coalesce(func.sum(claims.c.open).filter(index == number), 0).label(f"band_{number}")
        for number in range(len(LAST_DAYS) + 1)
    ]
    aged = (
        select(claims.c.customer_id, customers.c.name, claims.c.currency, *bands)
        .join(customers, customers.c.id == claims.c.customer_id)
        .where(claims.c.open != 0)
        .group_by(claims.c.customer_id, customers.c.name, claims.c.currency)
        .order_by(customers.c.name, claims.c.customer_id, claims.c.currency)
    )
    rows = [Aged(row[0], row[1], row[2], row[3:]) for row in await work.session.execute(aged)]
    return Ageing(as_of, rows, await _agreements(work, entity.code, rows, as_of))


async def claims_by_age(
    work: Work, legal_entity_id: UUID, *, as_of: date
) -> Sequence[tuple[str, int, Decimal, Decimal]]:
    """What is open by currency and band, with its tax and without, for other features; what we owe is left out."""
    claims = _claims_of(legal_entity_id, as_of)
    index = _band(as_of - claims.c.due_on).label("band")
    sums = (
        select(
            claims.c.currency,
            index,
            func.sum(claims.c.open),
            func.sum(claims.c.open * issued_invoices.c.net / issued_invoices.c.gross),
        )
        .join(issued_invoices, issued_invoices.c.id == claims.c.invoice_id)
        .where(claims.c.open > 0, claims.c.gross > 0)
        .group_by(claims.c.currency, index)
        .order_by(claims.c.currency, index)
    )
    return [(row[0], row[1], row[2], row[3]) for row in await work.session.execute(sums)]


def _claims_of(legal_entity_id: UUID, as_of: date) -> CTE:
    # Materialized, for what is open is summed once for a claim and not once for each band.
    found = positions(as_of=as_of).where(invoices.c.legal_entity_id == legal_entity_id)
    return found.cte("claims").prefix_with("materialized")


def _band(late: ColumnElement[Any]) -> Case[Any]:
    return case(*((late <= last, number) for number, last in enumerate(LAST_DAYS)), else_=len(LAST_DAYS))


async def _agreements(work: Work, legal_entity: str, rows: Sequence[Aged], as_of: date) -> list[Agreement]:
    posted = await balance_by_source(work, legal_entity, PostingRole.RECEIVABLE, up_to=as_of)
    currencies = sorted({row.currency for row in rows} | {currency for currency, _ in posted})

    def on_account(currency: str, *, by_hand: bool) -> Decimal:
        found = (total for (one, kind), total in posted.items() if one == currency and (kind in BY_HAND or not by_hand))
        return sum(found, Decimal())

    return [
        Agreement(
            currency,
            items=sum((row.total for row in rows if row.currency == currency), Decimal()),
            account=on_account(currency, by_hand=False),
            by_hand=on_account(currency, by_hand=True),
        )
        for currency in currencies
    ]
