"""Words for setting the scene in delivery."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from services.delivery.projects.model.project import Opening, open_project
from services.delivery.projects.model.sold import SoldMilestone, SoldScope, SoldWork
from services.delivery.templates.model.rules import BillingMethod, Choice, Deal, choose
from services.delivery.templates.model.shipped import SHIPPED
from services.delivery.templates.model.template import ProjectTemplate
from shared.ids import new_id
from shared.money import money
from shared.period import Period

MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
DEAL = Deal(frozenset(BillingMethod), days=90)
HOURS_LINE, MILESTONE_LINE = UUID(int=0xA1), UUID(int=0xA2)


def sold_work(
    minutes: int = 4800,
    *,
    role: str = "Consultant",
    price: str = "120",
    cost: str | None = "70",
    line_id: UUID | None = HOURS_LINE,
    skills: Sequence[str] = (),
) -> SoldWork:
    """Describe work that was sold by role."""
    known = None if cost is None else Decimal(cost)
    return SoldWork(role, minutes, Decimal(price), known, line_id, tuple(skills))


def a_choice(template: ProjectTemplate | None = None) -> Choice:
    """Choose a template, the mixed one unless another is given."""
    return Choice(template, "wish", "Asked for.") if template else choose(DEAL, SHIPPED)


def a_sold_scope(
    *work: SoldWork,
    milestones: Sequence[SoldMilestone] = (),
    template: ProjectTemplate | None = None,
    period: Period | None = None,
    price: str = "10000 EUR",
    cost: str = "6000 EUR",
) -> SoldScope:
    """Describe a won deal as delivery takes it over."""
    return SoldScope(
        opportunity_id=new_id(),
        handoff_id=new_id(),
        name="Data platform",
        seller="rep",
        account_id=new_id(),
        account_name="Alpenglow AG",
        period=period or Period(MONDAY, date(2026, 6, 1)),
        price=money(price),
        cost=money(cost),
        work=work or (sold_work(),),
        milestones=tuple(milestones),
        line_ids=(HOURS_LINE, MILESTONE_LINE),
        choice=a_choice(template),
    )


def an_opening(sold: SoldScope | None = None, *, manager: str = "pm", starts_on: date | None = None) -> Opening:
    """Open a project for `sold`."""
    return open_project(sold or a_sold_scope(), ordinal=1042, manager=manager, starts_on=starts_on, by=manager)
