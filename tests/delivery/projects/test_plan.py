"""A plan holds exactly the sold minutes and respects what waits for what."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.delivery.projects.model.calendar import is_working_day, lasting, later, working_days_in
from services.delivery.projects.model.plan import Plan, distribute, make_plan
from services.delivery.projects.model.schedule import Step, schedule
from services.delivery.projects.model.sold import SoldMilestone, SoldScope, SoldWork
from services.delivery.projects.model.task import Task
from services.delivery.templates.model.shipped import FIXED_PRICE, SHIPPED
from services.delivery.templates.model.template import After, ProjectTemplate, TemplateTask
from shared.period import Period
from tests.support.delivery import HOURS_LINE, MILESTONE_LINE, a_sold_scope, sold_work
from tests.support.news_for_delivery import MONDAY

PROJECT = UUID(int=0x42)
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 12, 31))
works = st.builds(
    SoldWork,
    staffing_role=st.sampled_from(["Consultant", "Architect", "Tester"]),
    minutes=st.integers(1, 300_000),
    hourly_price=st.just(Decimal(120)),
    hourly_cost=st.just(Decimal(70)),
    line_id=st.sampled_from([HOURS_LINE, MILESTONE_LINE, None]),
)
shares = st.dictionaries(st.sampled_from(["Consultant", "Architect"]), st.integers(0, 50), max_size=2)


@st.composite
def templates(draw: st.DrawFn) -> ProjectTemplate:
    """Draw a template whose tasks wait for some of the tasks before them."""
    tasks: list[TemplateTask] = []
    for index in range(draw(st.integers(1, 8))):
        earlier = draw(st.sets(st.integers(0, index - 1), max_size=3)) if index else set()
        after = tuple(After(f"t{one}", draw(st.integers(0, 5))) for one in sorted(earlier))
        share, offset = draw(st.integers(1, 60)), draw(st.integers(0, 15))
        phase = draw(st.sampled_from(["One", "Two", "Three"]))
        tasks.append(TemplateTask(f"t{index}", phase, f"Task {index}", share, draw(shares), offset, after))
    return ProjectTemplate("drawn", "Drawn", "", tuple(tasks))


@st.composite
def plans(draw: st.DrawFn) -> tuple[SoldScope, Plan, date]:
    """Draw sold work and make the plan for it."""
    start = draw(days)
    period = Period(start, start + timedelta(days=draw(st.integers(1, 600))))
    template = draw(st.one_of(st.sampled_from(SHIPPED), templates()))
    sold = a_sold_scope(*draw(st.lists(works, min_size=1, max_size=4)), template=template, period=period)
    return sold, make_plan(PROJECT, sold, period=period), start


def work_of(plan: Plan) -> list[Task]:
    """Leave the summaries out."""
    return [task for task in plan.tasks if not task.is_summary]


@given(st.integers(0, 10_000_000), st.lists(st.integers(0, 1000), min_size=1).filter(any))
def test_distributed_minutes_add_up_and_no_part_is_a_minute_off(minutes: int, weights: list[int]) -> None:
    parts = distribute(minutes, weights)

    assert sum(parts) == minutes
    exact = [Decimal(minutes) * weight / sum(weights) for weight in weights]
    assert all(abs(part - due) < 1 for part, due in zip(parts, exact, strict=True))


@pytest.mark.parametrize("weights", [[0, 0], [1, -1, 1]])
def test_minutes_are_not_distributed_by_senseless_weights(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        distribute(60, weights)


@given(plans())
def test_a_plan_holds_exactly_the_sold_minutes_of_every_role_and_line(drawn: tuple[SoldScope, Plan, date]) -> None:
    sold, plan, _ = drawn

    def minutes(parts: list[Task] | tuple[SoldWork, ...], line: str) -> dict[tuple[str | None, UUID | None], int]:
        sums: dict[tuple[str | None, UUID | None], int] = {}
        for part in parts:
            key = (part.staffing_role, getattr(part, line))
            sums[key] = sums.get(key, 0) + part.minutes
        return sums

    assert minutes(work_of(plan), "billing_line_id") == minutes(sold.work, "line_id")


@given(plans())
def test_no_task_begins_or_ends_on_a_weekend_or_before_the_project(drawn: tuple[SoldScope, Plan, date]) -> None:
    _, plan, start = drawn

    for task in work_of(plan):
        assert is_working_day(task.starts_on)
        assert is_working_day(task.last_day)
        assert start <= task.starts_on < task.ends_before


@given(plans())
def test_every_task_begins_after_what_it_waits_for_and_the_lag(drawn: tuple[SoldScope, Plan, date]) -> None:
    _, plan, _ = drawn
    tasks = {task.id: task for task in plan.tasks}

    for one in (one for task in plan.tasks for one in task.after):
        task, before = tasks[one.task_id], tasks[one.predecessor_id]
        gap = Period(before.ends_before, task.starts_on) if task.starts_on > before.ends_before else None
        assert task.starts_on >= before.ends_before
        assert (working_days_in(gap) if gap else 0) >= one.lag_days


@given(plans())
def test_every_summary_spans_what_is_below_it(drawn: tuple[SoldScope, Plan, date]) -> None:
    _, plan, _ = drawn

    for summary in (task for task in plan.tasks if task.is_summary):
        below = [task for task in plan.tasks if task.parent_id == summary.id]
        assert summary.minutes == sum(task.minutes for task in below)
        assert summary.starts_on == min(task.starts_on for task in below)
        assert summary.ends_before == max(task.ends_before for task in below)


@given(st.integers(0, 1000), days)
def test_working_days_are_counted_as_a_calendar_would(count: int, start: date) -> None:
    day = later(start, working_days=count)

    assert is_working_day(day)
    assert working_days_in(Period(start, day + timedelta(days=1))) == count + 1


def test_shipped_plans_fit_into_three_months() -> None:
    for template in SHIPPED:
        sold = a_sold_scope(sold_work(9_600), sold_work(4_800, role="Architect"), template=template)
        plan = make_plan(PROJECT, sold, period=sold.period)
        assert max(task.ends_before for task in plan.tasks) <= date(2026, 6, 1)


def test_work_without_an_activity_is_waited_through() -> None:
    tasks = (
        TemplateTask("a", "P", "A", 99),
        TemplateTask("b", "P", "B", 0, after=(After("a", 1),)),
        TemplateTask("c", "P", "C", 99, after=(After("b", 2),)),
    )
    sold = a_sold_scope(sold_work(600), template=ProjectTemplate("x", "X", "", tasks))

    plan = make_plan(PROJECT, sold, period=sold.period)

    assert [task.name for task in work_of(plan)] == ["A", "C"]
    assert [one.lag_days for task in plan.tasks for one in task.after] == [3]


def test_a_lag_counts_working_days() -> None:
    planned = schedule([Step("a", 5, 0, {}), Step("b", 1, 0, {"a": 1})], starting=MONDAY)

    assert planned["a"] == Period(MONDAY, date(2026, 3, 7))
    assert planned["b"] == lasting(1, starting=date(2026, 3, 10))


def test_two_roles_share_an_activity_under_their_own_names() -> None:
    sold = a_sold_scope(sold_work(600), sold_work(600, role="Architect"))

    names = [task.name for task in make_plan(PROJECT, sold, period=sold.period).tasks if task.wbs.startswith("1.")]

    assert names[:2] == ["Kick-off and access (Consultant)", "Kick-off and access (Architect)"]


def test_a_sold_milestone_keeps_its_line_and_its_day() -> None:
    due = date(2026, 4, 30)
    milestone = SoldMilestone("Go-live", MILESTONE_LINE, due)
    sold = a_sold_scope(milestones=[milestone], template=FIXED_PRICE)

    plan = make_plan(PROJECT, sold, period=sold.period)

    [billed] = [one for one in plan.milestones if one.is_billed]
    assert (billed.name, billed.billing_line_id, billed.due_on) == ("Go-live", MILESTONE_LINE, due)
    assert [one.name for one in plan.milestones if not one.is_billed] == [
        "Specification agreed",
        "Ready for acceptance",
    ]
