"""Reading opportunities: one's own, or all where the role allows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, true

from services.crm.accounts.store import accounts
from services.crm.handoffs.model import HandoffState
from services.crm.handoffs.store import handoffs
from services.crm.opportunities import store
from services.crm.opportunities.model import (
    AGED_AFTER_DAYS,
    Attention,
    NoSuchOpportunity,
    Opportunity,
    Outcome,
    Stage,
)
from services.crm.opportunities.store import opportunities
from services.crm.opportunities.store.tables import history
from services.crm.opportunities.store.tables import stages as stage_table
from services.crm.permissions import Permission
from shared.database import Page, Sorts, page
from shared.money import Money
from shared.subjects import name_of
from shared.work import Work

LISTED = (
    "id",
    "number",
    "name",
    "account_id",
    "owner",
    "stage",
    "probability",
    "forecast_category",
    "amount",
    "currency",
    "closes_on",
    "closed_on",
    "imported",
    "version",
)

SORTS: Sorts = {
    "number": "number",
    "name": "name",
    "account": "account_name",
    "stage": select(stage_table.c.position).where(stage_table.c.code == opportunities.c.stage).scalar_subquery(),
    "amount": "amount",
    "closes_on": func.coalesce(opportunities.c.closed_on, opportunities.c.closes_on),
    "owner": name_of(opportunities.c.owner),
}
CARDS_PER_STAGE = 40


@dataclass(frozen=True)
class Total:
    """Open deals of one stage in one currency: how many, of them overdue, their worth, and that by probability."""

    currency: str
    count: int
    overdue: int
    amount: Decimal
    weighted: Decimal


@dataclass(frozen=True)
class Card:
    """One deal on the board: for how many days it is in its stage, and whether its closing date has passed."""

    deal: Row[Any]
    days: int | None
    is_late: bool

    @property
    def has_aged(self) -> bool:
        """Whether it has been in its stage for too long."""
        return self.days is not None and self.days > AGED_AFTER_DAYS

    @property
    def id(self) -> UUID:
        """The deal's id."""
        return UUID(str(self.deal.id))

    @property
    def label(self) -> str:
        """The deal's name, for those who cannot see the card."""
        return str(self.deal.name)


@dataclass(frozen=True)
class Column:
    """One open stage on the board."""

    stage: Stage
    cards: list[Card]
    totals: list[Total]

    @property
    def count(self) -> int:
        """How many deals are in it, shown or not."""
        return sum(one.count for one in self.totals)

    @property
    def sums(self) -> list[tuple[Money, Money]]:
        """What they are worth, and that by probability, in each currency."""
        return [(Money(one.amount, one.currency), Money(one.weighted, one.currency)) for one in self.totals]


def visible(work: Work) -> ColumnElement[bool]:
    """Which opportunities the actor may see: own ones, or all."""
    if work.actor.may(Permission.SEE_ALL_RECORDS):
        return true()
    return opportunities.c.owner == work.actor.subject


async def one(work: Work, opportunity_id: UUID) -> Opportunity:
    """One opportunity that the actor may see; raises NoSuchOpportunity."""
    work.actor.must(Permission.SEE_RECORDS)
    found = await work.session.scalar(select(Opportunity).where(opportunities.c.id == opportunity_id, visible(work)))
    if found is None:
        raise NoSuchOpportunity()
    return found


async def listed(
    work: Work,
    *,
    stage: str | None = None,
    owner: str | None = None,
    account_id: UUID | None = None,
    words: str = "",
    attention: tuple[Attention, date] | None = None,
    descending: bool = False,
    sort: str = "",
    cursor: str | None,
    limit: int,
) -> Page[Row[Any]]:
    """Opportunities by id or by `sort`, narrowed to a stage, an owner, an account, or `words` of deal or account.

    `attention` narrows to open deals that need some on a day.
    """
    work.actor.must(Permission.SEE_RECORDS)
    rows = _rows().where(visible(work))
    if words:
        fields = (opportunities.c.number, opportunities.c.name, accounts.c.name)
        rows = rows.where(or_(*(one.icontains(words, autoescape=True) for one in fields)))
    for column, wanted in (("stage", stage), ("owner", owner), ("account_id", account_id)):
        if wanted is not None:
            rows = rows.where(opportunities.c[column] == wanted)
    if attention is not None:
        rows = rows.where(_needs(*attention))
    keys = (opportunities.c.id,)
    return await page(
        work.session, rows, keys=keys, cursor=cursor, limit=limit, descending=descending, sort=sort, sorts=SORTS
    )


async def board(work: Work, *, today: date) -> list[Column]:
    """The open stages with what waits in each: all of it as figures, the first 40 deals by closing date."""
    work.actor.must(Permission.SEE_RECORDS)
    ranked = (
        _rows()
        .add_columns(_entered_on().label("since"))
        .add_columns(
            func.row_number()
            .over(partition_by=opportunities.c.stage, order_by=(opportunities.c.closes_on, opportunities.c.id))
            .label("place")
        )
        .where(visible(work), opportunities.c.outcome == Outcome.OPEN)
        .subquery()
    )
    first = await work.session.execute(
        select(ranked).where(ranked.c.place <= CARDS_PER_STAGE).order_by(ranked.c.stage, ranked.c.place)
    )
    cards: dict[str, list[Card]] = {}
    for row in first:
        days = (today - row.since).days if row.since else None
        late = row.closes_on is not None and row.closes_on < today
        cards.setdefault(row.stage, []).append(Card(row, days, late))
    totals = await _totals(work, today)
    return [
        Column(stage, cards.get(stage.code, []), totals.get(stage.code, []))
        for stage in await store.pipeline(work)
        if stage.outcome is Outcome.OPEN
    ]


async def overdue(work: Work, *, today: date, limit: int) -> Sequence[Row[Any]]:
    """The actor's own open deals whose closing date has passed, the longest first."""
    deal = opportunities.c
    late = _rows().where(deal.owner == work.actor.subject, _needs(Attention.OVERDUE, today))
    found: Sequence[Row[Any]] = (await work.session.execute(late.order_by(deal.closes_on, deal.id).limit(limit))).all()
    return found


async def returned(work: Work, *, limit: int) -> Sequence[Row[Any]]:
    """Won deals that delivery returned, the longest first: one's own, or all where the actor may change them."""
    deal = opportunities.c
    mine = true() if work.actor.may(Permission.CHANGE_ALL_RECORDS) else deal.owner == work.actor.subject
    rows = (
        _rows()
        .add_columns(handoffs.c.reasons, handoffs.c.decided_at)
        .join(handoffs, handoffs.c.opportunity_id == deal.id)
        .where(mine, deal.outcome == Outcome.WON, handoffs.c.state == HandoffState.RETURNED)
    )
    ordered = rows.order_by(handoffs.c.decided_at, deal.id).limit(limit)
    found: Sequence[Row[Any]] = (await work.session.execute(ordered)).all()
    return found


async def _totals(work: Work, today: date) -> dict[str, list[Total]]:
    deal = opportunities.c
    sums = (
        select(
            deal.stage,
            deal.currency,
            func.count(),
            func.count().filter(_needs(Attention.OVERDUE, today)),
            func.sum(deal.amount),
            func.round(func.sum(deal.amount * deal.probability), 2),
        )
        .where(visible(work), deal.outcome == Outcome.OPEN)
        .group_by(deal.stage, deal.currency)
        .order_by(deal.stage, deal.currency)
    )
    found: dict[str, list[Total]] = {}
    for stage, *figures in await work.session.execute(sums):
        found.setdefault(stage, []).append(Total(*figures))
    return found


def _needs(attention: Attention, today: date) -> ColumnElement[bool]:
    """Whether a deal is open and needs attention on this day."""
    is_open = opportunities.c.outcome == Outcome.OPEN
    if attention is Attention.OVERDUE:
        return is_open & (opportunities.c.closes_on < today)
    return is_open & (_entered_on() < today - timedelta(days=AGED_AFTER_DAYS))


def _rows() -> Select[Any]:
    named = (opportunities.c[name] for name in LISTED)
    return select(*named, accounts.c.name.label("account_name")).outerjoin_from(
        opportunities, accounts, accounts.c.id == opportunities.c.account_id
    )


def _entered_on() -> ColumnElement[date]:
    """The day on which a deal came into the stage it is in."""
    since = select(func.max(history.c.entered_on)).where(history.c.opportunity_id == opportunities.c.id)
    return since.scalar_subquery()


async def stages(work: Work) -> list[Stage]:
    """The stages of the pipeline, in order."""
    work.actor.must(Permission.SEE_PRODUCTS)
    return await store.pipeline(work)
