"""What a project, its milestones and its baseline allow."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from services.delivery.projects.model.baseline import compare
from services.delivery.projects.model.milestone import (
    AcceptedBeforeReached,
    Milestone,
    MilestoneNotPlanned,
    MilestoneNotReached,
    MilestoneState,
)
from services.delivery.projects.model.project import (
    NoSuchTask,
    NotYourProject,
    ProjectAlreadyClosed,
    ProjectNotOnHold,
    ProjectNotRunning,
    ProjectState,
    UnapprovedTime,
)
from services.delivery.projects.model.sold import by_role
from services.delivery.projects.model.task import BadEstimate, SummaryTask
from shared.ids import new_id
from shared.money import money
from shared.period import Period
from tests.support.delivery import MILESTONE_LINE, NOW, a_sold_scope, an_opening, sold_work
from tests.support.news_for_delivery import MONDAY


def a_milestone() -> Milestone:
    """Plan a billed milestone."""
    return Milestone(new_id(), new_id(), "Go-live", date(2026, 5, 1), MILESTONE_LINE)


def test_a_project_carries_what_was_sold_and_why_its_template() -> None:
    sold = a_sold_scope()
    project = an_opening(sold).project

    assert (project.number, project.state) == ("P-1042", ProjectState.PROPOSED)
    assert (project.thread_id, project.price) == (sold.opportunity_id, money("10000 EUR"))
    assert (project.template_code, project.template_rule) == (
        "time-and-materials-with-milestones",
        "anything_else",
    )


def test_another_start_moves_the_end_by_as_many_days() -> None:
    project = an_opening(starts_on=date(2026, 3, 16)).project

    assert (project.starts_on, project.ends_before) == (date(2026, 3, 16), date(2026, 6, 15))
    assert min(task.starts_on for task in project.tasks) == date(2026, 3, 16)


def test_the_baseline_freezes_minutes_price_cost_and_margin() -> None:
    sold = a_sold_scope(sold_work(4_800), sold_work(600, role="Architect", price="180", cost="95.50"))
    baseline = an_opening(sold).baseline

    assert (baseline.price, baseline.cost, baseline.margin) == (
        money("10000 EUR"),
        money("6000 EUR"),
        money("4000 EUR"),
    )
    assert [(role.staffing_role, role.minutes, role.price, role.cost) for role in baseline.roles] == [
        ("Consultant", 4_800, Decimal("9600.00"), Decimal("5600.00")),
        ("Architect", 600, Decimal("1800.00"), Decimal("955.00")),
    ]


def test_one_person_of_each_role_is_asked_for_at_the_sold_cost() -> None:
    sold = a_sold_scope(
        sold_work(600, line_id=None, skills=["SQL"]),
        sold_work(300, role="Architect", cost="95.50"),
        sold_work(300, cost="70", skills=["Python", "SQL"]),
    )
    requests = an_opening(sold).requests

    assert [(one.staffing_role, one.minutes, one.hourly_cost_limit, one.skills) for one in requests] == [
        ("Consultant", 900, Decimal("70"), ["SQL", "Python"]),
        ("Architect", 300, Decimal("95.50"), []),
    ]


def test_different_sold_costs_of_a_role_are_averaged_by_minutes() -> None:
    [role] = by_role([sold_work(60, cost="50"), sold_work(120, cost="100")], "EUR")

    assert role.hourly_cost_limit == Decimal("83.33")


def test_a_role_whose_cost_was_not_sold_has_no_limit() -> None:
    [role] = by_role([sold_work(60, cost=None), sold_work(120)], "EUR")

    assert (role.cost, role.hourly_cost_limit) == (None, None)


def test_a_fresh_plan_equals_its_baseline() -> None:
    opening = an_opening()
    project = opening.project

    period = Period(project.starts_on, project.ends_before)
    differences = compare(opening.baseline, project.tasks, period=period, price=project.price)

    assert not [one for one in differences if one.is_changed]
    assert {"starts_on", "price", "cost", "margin", "minutes", "minutes/Consultant"} <= {
        one.field for one in differences
    }


def test_more_minutes_show_against_the_baseline_with_their_cost() -> None:
    opening = an_opening(a_sold_scope(sold_work(6_000)))
    project = opening.project
    task = project.tasks[1]

    project.estimate(task.id, at=NOW, minutes=task.minutes + 60)

    period = Period(project.starts_on, project.ends_before)
    found = compare(opening.baseline, project.tasks, period=period, price=project.price)
    changed = {(one.task, one.field): (one.baseline, one.now) for one in found if one.is_changed}
    assert changed[None, "minutes"] == (6_000, 6_060)
    assert changed[None, "cost"] == (Decimal(6000), Decimal("6070.00"))
    assert changed[None, "margin"] == (Decimal(4000), Decimal("3930.00"))
    assert changed[task.wbs, "minutes"] == (300, 360)


def test_a_longer_task_moves_everything_behind_it() -> None:
    project = an_opening().project
    last = project.tasks[-1].starts_on

    project.estimate(project.tasks[1].id, at=NOW, days=project.tasks[1].days + 5)

    assert (project.tasks[-1].starts_on - last).days == 7


def test_senseless_estimates_are_refused() -> None:
    project = an_opening().project

    with pytest.raises(BadEstimate):
        project.estimate(project.tasks[1].id, at=NOW, minutes=0)
    with pytest.raises(SummaryTask):
        project.estimate(project.tasks[0].id, at=NOW, minutes=60)
    with pytest.raises(NoSuchTask):
        project.estimate(new_id(), at=NOW, minutes=60)


def test_a_project_with_unapproved_time_stays_open() -> None:
    project = an_opening().project

    with pytest.raises(UnapprovedTime):
        project.close(on=MONDAY, unapproved_minutes=30)


def test_a_closed_project_does_not_change_any_more() -> None:
    project = an_opening().project
    project.close(on=MONDAY, unapproved_minutes=0)

    with pytest.raises(ProjectAlreadyClosed):
        project.close(on=MONDAY, unapproved_minutes=0)
    with pytest.raises(ProjectAlreadyClosed):
        project.estimate(project.tasks[1].id, at=NOW, minutes=60)
    with pytest.raises(ProjectNotRunning):
        project.put_on_hold()


def test_a_project_rests_and_goes_on() -> None:
    project = an_opening().project

    with pytest.raises(ProjectNotOnHold):
        project.resume()
    project.put_on_hold()
    project.resume()

    assert project.state is ProjectState.ACTIVE


def test_only_its_manager_runs_a_project() -> None:
    with pytest.raises(NotYourProject):
        an_opening(manager="pm").project.must_be_managed_by("rep")


def test_a_milestone_is_reached_then_accepted_by_the_client() -> None:
    milestone = a_milestone()

    milestone.reach(on=date(2026, 4, 29))
    milestone.accept(by="Ms Berger", on=date(2026, 4, 30))

    assert (milestone.state, milestone.accepted_by) == (MilestoneState.ACCEPTED, "Ms Berger")


def test_a_milestone_is_not_accepted_before_it_was_reached() -> None:
    milestone = a_milestone()
    with pytest.raises(MilestoneNotReached):
        milestone.accept(by="Ms Berger", on=MONDAY)
    milestone.reach(on=date(2026, 4, 29))
    with pytest.raises(MilestoneNotPlanned):
        milestone.reach(on=date(2026, 4, 30))
    with pytest.raises(AcceptedBeforeReached):
        milestone.accept(by="Ms Berger", on=date(2026, 4, 28))
