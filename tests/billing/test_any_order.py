"""Whatever order billing hears a history in, and however often, it ends with the same rows."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.billing.service import service
from shared.actor import Role
from shared.contracts.base import Event
from shared.contracts.crm import AccountChanged, BillingMethod
from shared.ids import new_id
from tests.support.billing import (
    Billing,
    a_change,
    a_change_order,
    a_correction,
    a_legal_entity_body,
    a_measurement,
    a_milestone_line,
    a_person_known,
    a_return,
    a_reversal,
    a_sale,
    a_sold_line,
    a_time_line,
    a_timesheet,
    an_acceptance,
    an_accepted_milestone,
    an_account,
    an_entry,
    an_expense,
    an_expense_report,
)

# The audit trail tells the order in which things came to be known; so do versions, and the numbers of contracts,
# which are given as sales arrive. Answers over HTTP are nobody's history.
WITHOUT = frozenset({"audit", "idempotency"})
FIELDS = ("tenant_id", "version", "number")
SELLER = UUID("0198c0de-0000-7000-8000-00000000001e")


def a_history() -> list[tuple[Event, int]]:
    """Tell of two deals of one customer: one was returned first, one was corrected; with the sequence of each event."""
    account = an_account()
    renamed = an_account(account.account_id, name="Alpenglow Group AG")
    time, milestone, architect = a_time_line("100.10"), a_milestone_line(), a_time_line("95.50", role="Architect")
    first = a_sale(time, milestone, account=account)
    percent, expenses, retainer = (
        a_sold_line(method)
        for method in (BillingMethod.FIXED_FEE_PERCENT, BillingMethod.EXPENSE, BillingMethod.RETAINER)
    )
    second = a_sale(architect, percent, expenses, retainer, account=account, closed_on=date(2026, 2, 20))
    added = a_change(new_id(), "3000.00", rate="110.00")
    wrong, right = an_entry(time.line_id, 483), an_entry(time.line_id, 60)
    return [
        (AccountChanged(account_id=account.account_id, account=account), 1),
        (AccountChanged(account_id=account.account_id, account=renamed), 2),
        (a_person_known("anna", UUID(int=11)), 1),
        (a_person_known("anna", UUID(int=11), name="Anna Berg-Lind"), 2),
        (first, 1),
        (second, 1),
        (a_return(first.opportunity_id), 1),
        (an_acceptance(first.opportunity_id, UUID(int=77)), 2),
        (an_acceptance(second.opportunity_id, UUID(int=78)), 1),
        (a_timesheet(first, wrong, an_entry(time.line_id, 240, billable=False)), 1),
        (a_timesheet(second, an_entry(architect.line_id, 435, staffing_role="Architect"), project_id=UUID(int=78)), 1),
        (a_correction(first, a_reversal(wrong), right), 1),
        (an_accepted_milestone(first, milestone.line_id), 1),
        (a_change_order(first, a_change(milestone.line_id, "500.00"), added, effective_on="2026-03-01"), 1),
        (a_timesheet(first, an_entry(added.line_id, 90)), 1),
        (a_measurement(second, "30", on="2026-03-09", line_id=percent.line_id), 1),
        (a_measurement(second, "55", on="2026-03-19"), 1),
        (a_change_order(second, a_change(percent.line_id, "300.00"), effective_on="2026-03-12"), 1),
        (an_expense_report(second, an_expense(expenses.line_id, "80.50")), 1),
        (a_timesheet(second, an_entry(retainer.line_id, 45), project_id=UUID(int=78)), 1),
    ]


HISTORY = a_history()
# Of each event its place in the history, so that what fails is told in one line.
PLACES = range(len(HISTORY))
REPEATED = st.lists(st.sampled_from(PLACES), max_size=5)


@pytest.fixture
async def in_order(bare_billing: Billing) -> dict[str, str]:
    """Give the digest of what stands once the history was heard as it happened."""
    return await lived(bare_billing, HISTORY)


async def lived(billing: Billing, history: list[tuple[Event, int]]) -> dict[str, str]:
    """Let a new tenant hear a history, and give a digest of what it has then."""
    tenant = new_id()
    administrator = billing.as_(Role.ADMINISTRATOR, tenant=tenant)
    await administrator.put(f"/legal-entities/{SELLER}", json=a_legal_entity_body())
    await billing.hear_all(history, tenant=tenant)
    return await billing.digest(tenant=tenant, without=WITHOUT, fields=FIELDS)


def test_the_history_tells_every_kind_of_event_that_billing_takes() -> None:
    assert {type(event) for event, _ in HISTORY} == {reaction.event_type for reaction in service.all_reactions}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=REPEATED.flatmap(lambda repeated: st.permutations([*PLACES, *repeated])))
async def test_any_order_and_any_repetition_end_the_same(
    bare_billing: Billing, in_order: dict[str, str], places: list[int]
) -> None:
    assert await lived(bare_billing, [HISTORY[place] for place in places]) == in_order


async def test_a_history_that_lacks_an_event_ends_otherwise(bare_billing: Billing, in_order: dict[str, str]) -> None:
    for left_out in (1, 3, 7, 12):
        shorter = [told for position, told in enumerate(HISTORY) if position != left_out]
        assert await lived(bare_billing, shorter) != in_order
