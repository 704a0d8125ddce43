"""Words for setting the scene in delivery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import httpx2
from sqlalchemy import text

from services.delivery.handoffs.model import id_of_handoff
from services.delivery.projects.model.project import Opening, open_project
from services.delivery.projects.model.sold import SoldMilestone, SoldScope, SoldWork
from services.delivery.service import service
from services.delivery.templates.model.rules import BillingMethod, Choice, Deal, choose
from services.delivery.templates.model.shipped import SHIPPED
from services.delivery.templates.model.template import ProjectTemplate
from shared.actor import Role, the_service
from shared.announcements import Cause
from shared.contracts import crm
from shared.contracts.base import Event
from shared.database import Database
from shared.ids import new_id
from shared.money import money
from shared.period import Period
from shared.work import begin
from tests.support.api import MERIDIAN, Api
from tests.support.home import digest
from tests.support.news_for_delivery import MONDAY, a_won_deal

Told = TypeVar("Told", bound=Event)
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


CANARY = UUID("0198c0de-0000-7000-8000-00000000ca11")


@dataclass(frozen=True)
class Delivery:
    """The service as tests meet it: its database, its HTTP interface, its reactions."""

    database: Database
    api: Api

    def as_(self, role: Role, *, subject: str | None = None, tenant: UUID = MERIDIAN) -> httpx2.AsyncClient:
        """A client that somebody with `role` has logged in with."""
        return self.api.as_(role, subject=subject, tenant=tenant)

    @property
    def manager(self) -> httpx2.AsyncClient:
        """Paula, who manages projects."""
        return self.as_(Role.PROJECT_MANAGER, subject="paula")

    @property
    def consultant(self) -> httpx2.AsyncClient:
        """Carla, who works on them."""
        return self.as_(Role.CONSULTANT, subject="carla")

    async def hear(self, event: Event, sequence: int = 1, *, tenant: UUID = MERIDIAN) -> None:
        """Let every reaction to `event` run, each in a work of its own."""
        for reaction in service.all_reactions:
            if reaction.event_type is type(event):
                async with begin(self.database, the_service("delivery", tenant), NOW, Cause.new()) as work:
                    await reaction.handler(work, event, sequence)

    async def announced(self) -> list[str]:
        """The types of what waits to be sent, without prefix and version, in order."""
        async with self.database.sessions() as session:
            types = await session.scalars(text("select type from msg.outbox order by event_id"))
            return [one.removeprefix("throughline.delivery.").removesuffix(".v1") for one in types]

    async def told(self, kind: type[Told]) -> list[Told]:
        """Every waiting event of one kind."""
        async with self.database.sessions() as session:
            found = await session.scalars(
                text("select payload from msg.outbox where type = :type order by event_id"), {"type": kind.type}
            )
            return [kind.model_validate_json(payload) for payload in found]

    async def digest(self) -> dict[str, str]:
        """A digest of every row that our firm has in each table, whatever their order."""
        return await digest(self.database, service, MERIDIAN)


async def a_project(delivery: Delivery, deal: crm.OpportunityClosedWon | None = None) -> dict[str, Any]:
    """Have Paula accept a won deal; gives the project that stands for it."""
    deal = deal or a_won_deal()
    await delivery.hear(deal)
    answer = await delivery.manager.post(f"/handoffs/{id_of_handoff(deal.opportunity_id)}/acceptance", json={})
    assert answer.status_code == 201, answer.text
    project: dict[str, Any] = answer.json()
    return project


def a_task_of(project: dict[str, Any], role: str = "Consultant") -> str:
    """Pick the first task of a role."""
    return next(str(task["id"]) for task in project["tasks"] if task["staffing_role"] == role)


async def record(delivery: Delivery, task_id: str, day: date = MONDAY, minutes: int = 480, **rest: Any) -> str:
    """Have Carla record time; gives the id of the entry."""
    entry_id = str(new_id())
    body = {"task_id": task_id, "day": day.isoformat(), "minutes": minutes, **rest}
    answer = await delivery.consultant.put(f"/time-entries/{entry_id}", json=body)
    assert answer.status_code == 201, answer.text
    return entry_id


async def submit(delivery: Delivery, week: date = MONDAY) -> str:
    """Have Carla hand in her week; gives the id of the timesheet."""
    answer = await delivery.consultant.post("/timesheets/submission", json={"week_starts_on": week.isoformat()})
    assert answer.status_code == 200, answer.text
    timesheet: dict[str, str] = answer.json()["items"][0]
    return timesheet["id"]


async def approve(delivery: Delivery, timesheet_id: str) -> None:
    """Have Paula sign a week off."""
    answer = await delivery.manager.post(f"/timesheets/{timesheet_id}/approval")
    assert answer.status_code == 200, answer.text
