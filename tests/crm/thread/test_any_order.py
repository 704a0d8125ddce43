"""Whatever the order in which news arrives, and however often, crm shows the same thread."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.crm.service import service
from shared.contracts.base import Event
from shared.contracts.billing import InvoiceIssued, RevenueRecognised
from shared.contracts.delivery import HandoffAccepted, HandoffReturned, ProjectClosed, ProjectOpened
from shared.contracts.resourcing import PersonChanged
from shared.database import Database
from shared.ids import new_id
from tests.support.crm import MONDAY, NOON, hear
from tests.support.home import digest

DEAL, OTHER_DEAL, ACCOUNT, ANNA = (UUID(int=number) for number in range(1, 5))
PROJECT, OTHER_PROJECT, LINE, CONTRACT = (UUID(int=number) for number in range(11, 15))


def an_opened_project(project_id: UUID, deal_id: UUID) -> ProjectOpened:
    return ProjectOpened(
        project_id=project_id,
        number="P-1042",
        name="Data platform",
        opportunity_id=deal_id,
        account_id=ACCOUNT,
        manager="petra",
        template="mixed",
        currency="EUR",
        starts_on=MONDAY,
        ends_before=date(2026, 6, 1),
        sold_minutes=6000,
        billing_line_ids=[LINE],
    )


def an_invoice(number: int, deal_id: UUID = DEAL, net: str = "1000") -> InvoiceIssued:
    return InvoiceIssued(
        invoice_id=UUID(int=100 + number),
        number=f"INV-2026-{number:05}",
        contract_id=CONTRACT,
        opportunity_id=deal_id,
        account_id=ACCOUNT,
        currency="EUR",
        net=Decimal(net),
        tax=Decimal(0),
        gross=Decimal(net),
        issued_on=MONDAY,
        due_on=date(2026, 4, 1),
        lines=[],
    )


def recognised(run: int, amount: str) -> RevenueRecognised:
    return RevenueRecognised(
        run_id=UUID(int=200 + run),
        contract_id=CONTRACT,
        billing_line_id=LINE,
        opportunity_id=DEAL,
        account_id=ACCOUNT,
        period_starts_on=date(2026, 3, 1),
        currency="EUR",
        amount=Decimal(amount),
        cumulative=Decimal(amount),
    )


def returned(deal_id: UUID) -> HandoffReturned:
    return HandoffReturned(
        opportunity_id=deal_id,
        handoff_id=new_id(),
        reasons=["No scope"],
        returned_by="petra",
        returned_at=NOON,
    )


def accepted(deal_id: UUID, project_id: UUID) -> HandoffAccepted:
    return HandoffAccepted(
        opportunity_id=deal_id,
        handoff_id=new_id(),
        project_id=project_id,
        accepted_by="petra",
        accepted_at=NOON,
    )


HISTORY: list[tuple[Event, int]] = [
    (returned(DEAL), 1),
    (accepted(DEAL, PROJECT), 2),
    (returned(OTHER_DEAL), 1),
    (an_opened_project(PROJECT, DEAL), 1),
    (ProjectClosed(project_id=PROJECT, opportunity_id=DEAL, closed_on=date(2026, 5, 29)), 2),
    (an_opened_project(OTHER_PROJECT, OTHER_DEAL), 1),
    (an_invoice(1), 1),
    (an_invoice(2, net="250.50"), 1),
    (an_invoice(3, OTHER_DEAL), 1),
    (recognised(1, "800"), 1),
    (recognised(2, "-50"), 2),
    (PersonChanged(person_id=ANNA, subject_id="anna", name="Anna", employed_from=MONDAY), 1),
    (PersonChanged(person_id=ANNA, subject_id="anna", name="Anna Berg", employed_from=MONDAY), 2),
]


async def tell(database: Database, news: list[tuple[Event, int]]) -> dict[str, str]:
    tenant = new_id()
    for event, sequence in news:
        await hear(database, event, sequence, tenant=tenant)
    return await digest(database, service, tenant, without={"audit"}, fields=("tenant_id",))


@pytest.fixture
async def in_order(database: Database) -> dict[str, str]:
    """Give the digest of what stands once the news came as it happened."""
    return await tell(database, HISTORY)


def test_the_history_holds_every_kind_of_news_that_crm_takes() -> None:
    taken = {reaction.event_type for reaction in service.all_reactions}

    assert {type(event) for event, _ in HISTORY} == taken


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(range(len(HISTORY))),
    twice=st.lists(st.integers(0, len(HISTORY) - 1), max_size=6),
)
async def test_any_order_and_any_repetition_end_in_the_same_state(
    database: Database, in_order: dict[str, str], order: list[int], twice: list[int]
) -> None:
    shuffled = await tell(database, [HISTORY[number] for number in [*order, *twice]])

    assert shuffled == in_order


async def test_without_any_kind_of_news_it_ends_in_another_state(database: Database, in_order: dict[str, str]) -> None:
    for kind in {type(event) for event, _ in HISTORY}:
        assert await tell(database, [told for told in HISTORY if type(told[0]) is not kind]) != in_order, kind
