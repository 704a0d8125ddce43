"""Which template a deal leads to, and which templates no project could follow."""

from __future__ import annotations

import pytest

from services.delivery.templates.model.rules import RULES, BillingMethod, Deal, choose
from services.delivery.templates.model.shipped import SHIPPED
from services.delivery.templates.model.template import (
    After,
    CircularTemplate,
    ProjectTemplate,
    TaskKeyTwice,
    TemplateMilestone,
    TemplateTask,
    UnknownTemplateTask,
)

HOURS, MILESTONE = BillingMethod.TIME_AND_MATERIALS, BillingMethod.FIXED_FEE_MILESTONE
CAPPED, PERCENT = BillingMethod.TIME_AND_MATERIALS_CAPPED, BillingMethod.FIXED_FEE_PERCENT
RETAINER, EXPENSE = BillingMethod.RETAINER, BillingMethod.EXPENSE


@pytest.mark.parametrize(
    ("methods", "days", "code", "rule"),
    [
        ({HOURS}, 90, "time-and-materials", "only_time_and_materials"),
        ({HOURS}, 180, "managed-service", "long_running_service"),
        ({HOURS, CAPPED, EXPENSE}, 90, "time-and-materials", "only_time_and_materials"),
        ({MILESTONE}, 400, "fixed-price-milestones", "only_fixed_fees"),
        ({PERCENT, EXPENSE}, 90, "fixed-price-milestones", "only_fixed_fees"),
        ({RETAINER}, 90, "managed-service", "only_retainers"),
        ({EXPENSE}, 90, "time-and-materials-with-milestones", "anything_else"),
        ({HOURS, MILESTONE}, 90, "time-and-materials-with-milestones", "anything_else"),
    ],
)
def test_the_sold_lines_choose_the_template(methods: set[BillingMethod], days: int, code: str, rule: str) -> None:
    choice = choose(Deal(frozenset(methods), days), SHIPPED)

    assert (choice.template.code, choice.rule) == (code, rule)


@pytest.mark.parametrize("wish", ["managed-service", " Managed Service "])
def test_a_wish_for_a_known_template_comes_before_the_rules(wish: str) -> None:
    choice = choose(Deal(frozenset({HOURS}), 30, wish), SHIPPED)

    assert (choice.template.code, choice.rule) == ("managed-service", "wish")


def test_a_wish_that_names_no_template_is_said_and_the_rules_decide() -> None:
    choice = choose(Deal(frozenset({HOURS}), 30, "agile magic"), SHIPPED)

    assert choice.template.code == "time-and-materials"
    assert "“agile magic” names no template" in choice.reason


def test_every_rule_leads_to_a_template_that_is_shipped() -> None:
    assert {rule.leads_to for rule in RULES} <= {template.code for template in SHIPPED}


def test_a_template_refuses_tasks_that_wait_for_each_other() -> None:
    first = TemplateTask("first", "Phase", "First", 1, after=(After("second"),))
    second = TemplateTask("second", "Phase", "Second", 1, after=(After("first"),))

    with pytest.raises(CircularTemplate):
        ProjectTemplate("round", "Round", "", (first, second))


def test_a_template_refuses_a_key_given_twice() -> None:
    task = TemplateTask("same", "Phase", "Task", 1)

    with pytest.raises(TaskKeyTwice) as refusal:
        ProjectTemplate("twice", "Twice", "", (task, task))

    assert refusal.value.field == "/tasks/1/key"


def test_a_template_refuses_to_wait_for_a_task_that_it_does_not_have() -> None:
    task = TemplateTask("only", "Phase", "Task", 1, after=(After("elsewhere"),))

    with pytest.raises(UnknownTemplateTask):
        ProjectTemplate("lost", "Lost", "", (task,))
    with pytest.raises(UnknownTemplateTask):
        ProjectTemplate(
            "lost", "Lost", "", (TemplateTask("only", "Phase", "Task", 1),), (TemplateMilestone("M", "no"),)
        )
