"""News may come twice, late and in any order: in the end delivery knows the same."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

import pytest

from services.delivery.handoffs.model import id_of_handoff
from services.delivery.projects.model.project import id_of_project
from services.delivery.service import service
from shared.actor import Role
from shared.contracts import billing, crm, resourcing
from shared.contracts.base import Event
from tests.support.delivery import Delivery
from tests.support.home import digest
from tests.support.news_for_delivery import (
    MONDAY,
    a_booking,
    a_capped_line,
    a_cost_rate,
    a_milestone_line,
    a_person,
    a_retainer_line,
    a_won_deal,
    an_account,
    an_hours_line,
)

ORDERS = 16
# Who did what and when, and what was answered, depends on the order by its nature.
WITHOUT = frozenset({"audit", "idempotency", "job"})
CARLA, DORA = UUID(int=0xC1), UUID(int=0xD1)
DEALS = [UUID(int=0x01), UUID(int=0x02), UUID(int=0x03)]
ACCOUNT = UUID(int=0xAC)
ENTRIES = [UUID(int=0xE1), UUID(int=0xE2)]
SPRING = date(2026, 4, 1)
News = tuple[Event, int]


def deals() -> list[crm.OpportunityClosedWon]:
    """Describe three deals; the first two become projects, the third waits."""
    return [
        a_won_deal(
            opportunity_id,
            lines=[
                an_hours_line(UUID(int=0x100 + number)),
                a_milestone_line(UUID(int=0x200 + number)),
                a_capped_line(UUID(int=0x300 + number)),
                a_retainer_line(UUID(int=0x400 + number)),
            ],
            account=an_account(ACCOUNT),
        ).model_copy(update={"contacts": []})
        for number, opportunity_id in enumerate(DEALS)
    ]


def history() -> list[News]:
    """Tell what happened elsewhere: every consumed type, most of them more than once about the same record."""
    projects = [id_of_project(one) for one in DEALS]
    waiting = deals()[2]
    return [
        (waiting, 1),
        (waiting.model_copy(update={"name": "Renamed", "lines": waiting.lines[:1]}), 4),
        (waiting.model_copy(update={"purchase_order": "PO-1"}), 2),
        (deals()[0].model_copy(update={"name": "Too late"}), 9),
        *[
            (crm.AccountChanged(account_id=ACCOUNT, account=an_account(ACCOUNT, name)), sequence)
            for sequence, name in enumerate(["Alpenglow AG", "Alpenglow SE", "Alpenglow Group"], start=1)
        ],
        (a_person(CARLA, name="Carla Married"), 2),
        (a_person(CARLA, name="Carla Married", until=SPRING), 3),
        (a_person(DORA, subject="dora", name="Dora"), 1),
        (a_cost_rate(CARLA, (date(2026, 1, 1), "70")), 1),
        (a_cost_rate(CARLA, (date(2026, 1, 1), "70"), (MONDAY, "75.50")), 2),
        (a_cost_rate(DORA, (date(2026, 1, 1), "88"), currency="CHF"), 1),
        *_staffing(projects),
        *_money(projects),
    ]


def _staffing(projects: Sequence[UUID]) -> list[News]:
    first = a_booking(projects[0], CARLA, booking_id=UUID(int=0xB1))
    second = a_booking(projects[1], DORA, booking_id=UUID(int=0xB2))
    request_id = uuid5(projects[0], "staffing/Consultant")
    return [
        (first, 1),
        (first.model_copy(update={"minutes_per_day": 240}), 2),
        (second, 1),
        (second.model_copy(update={"is_cancelled": True}), 5),
        *[
            (
                resourcing.StaffingFulfilled(
                    request_id=request_id, project_id=projects[0], person_id=person_id, booking_id=first.booking_id
                ),
                sequence,
            )
            for sequence, person_id in ((2, CARLA), (6, DORA))
        ],
    ]


def _money(projects: Sequence[UUID]) -> list[News]:
    return [
        (_valued(projects[0], ENTRIES[0], None), 1),
        (_valued(projects[0], ENTRIES[0], "960.00"), 3),
        (_valued(projects[1], ENTRIES[1], "800.00"), 1),
        (_earned(0x51, "960.00"), 1),
        (_earned(0x52, "-60.00"), 2),
        (_invoiced(), 1),
    ]


def _valued(project_id: UUID, entry_id: UUID, value: str | None) -> billing.WorkValued:
    worth = Decimal(value) if value else None
    entry = billing.ValuedEntry(entry_id=entry_id, billing_line_id=None, minutes=480, value=worth)
    return billing.WorkValued(project_id=project_id, contract_id=None, currency="EUR", entries=[entry])


def _earned(run: int, amount: str) -> billing.RevenueRecognised:
    return billing.RevenueRecognised(
        run_id=UUID(int=run),
        contract_id=UUID(int=0xCC),
        billing_line_id=UUID(int=0x100),
        opportunity_id=DEALS[0],
        account_id=ACCOUNT,
        period_starts_on=date(2026, 3, 1),
        currency="EUR",
        amount=Decimal(amount),
        cumulative=Decimal(amount),
    )


def _invoiced() -> billing.InvoiceIssued:
    return billing.InvoiceIssued(
        invoice_id=UUID(int=0x1F),
        number="INV-2026-00001",
        contract_id=UUID(int=0xCC),
        opportunity_id=DEALS[1],
        account_id=ACCOUNT,
        currency="EUR",
        net=Decimal("960.00"),
        tax=Decimal("0.00"),
        gross=Decimal("960.00"),
        issued_on=date(2026, 3, 31),
        due_on=date(2026, 4, 30),
        lines=[],
    )


async def a_firm_at_work(delivery: Delivery, tenant: UUID) -> None:
    """Have two projects in a tenant of their own, with Carla's approved time on each."""
    for deal in deals()[:2]:
        await delivery.hear(deal, tenant=tenant)
    await delivery.hear(a_person(CARLA), tenant=tenant)
    paula = delivery.as_(Role.PROJECT_MANAGER, subject="paula", tenant=tenant)
    carla = delivery.as_(Role.CONSULTANT, subject="carla", tenant=tenant)
    for number, opportunity_id in enumerate(DEALS[:2]):
        answer = await paula.post(f"/handoffs/{id_of_handoff(opportunity_id)}/acceptance", json={})
        task = next(one["id"] for one in answer.json()["tasks"] if one["staffing_role"])
        day = MONDAY + timedelta(days=number)
        body = {"task_id": task, "day": day.isoformat(), "minutes": 480}
        assert (await carla.put(f"/time-entries/{ENTRIES[number]}", json=body)).status_code == 201
    week = await carla.post("/timesheets/submission", json={"week_starts_on": MONDAY.isoformat()})
    for timesheet in week.json()["items"]:
        assert (await paula.post(f"/timesheets/{timesheet['id']}/approval")).status_code == 200


async def told(delivery: Delivery, tenant: UUID, news: Sequence[News]) -> dict[str, str]:
    """Let a firm at work hear `news`, and give a digest of what it has then."""
    await a_firm_at_work(delivery, tenant)
    for event, sequence in news:
        await delivery.hear(event, sequence, tenant=tenant)
    return await digest(delivery.database, service, tenant, without=WITHOUT, fields=("tenant_id",))


async def test_any_order_and_any_repetition_of_the_news_ends_in_the_same_state(delivery: Delivery) -> None:
    expected: dict[str, str] = {}
    for seed in range(ORDERS):
        news = history()
        if seed:
            chance = random.Random(seed)  # noqa: S311 - an order that a failure can name
            news += chance.sample(news, k=len(news) // 2)
            chance.shuffle(news)

        state = await told(delivery, UUID(int=0x7E4A4700 + seed), news)
        expected = expected or state
        assert state == expected, f"order {seed} ended differently"


@pytest.mark.long
async def test_without_any_kind_of_news_it_ends_in_another_state(delivery: Delivery) -> None:
    whole = await told(delivery, UUID(int=0x7E4A4800), history())
    for number, kind in enumerate({type(event) for event, _ in history()}, start=1):
        lacking = [news for news in history() if type(news[0]) is not kind]
        assert await told(delivery, UUID(int=0x7E4A4800 + number), lacking) != whole, kind


def test_the_history_holds_every_type_that_delivery_consumes() -> None:
    consumed = {reaction.event_type for reaction in service.all_reactions}

    assert {type(event) for event, _ in history()} == consumed
