"""Who may do what in delivery."""

from __future__ import annotations

from enum import StrEnum

from shared.actor import Role


class Permission(StrEnum):
    """What the actions and queries of delivery ask for."""

    VIEW_HANDOFFS = "delivery.view_handoffs"
    DECIDE_HANDOFFS = "delivery.decide_handoffs"
    VIEW_TEMPLATES = "delivery.view_templates"
    WRITE_TEMPLATES = "delivery.write_templates"
    VIEW_PROJECTS = "delivery.view_projects"
    VIEW_ALL_PROJECTS = "delivery.view_all_projects"
    VIEW_MARGIN = "delivery.view_margin"
    MANAGE_PROJECTS = "delivery.manage_projects"
    VIEW_TIME = "delivery.view_time"
    RECORD_TIME = "delivery.record_time"
    VIEW_ALL_TIME = "delivery.view_all_time"
    APPROVE_TIME = "delivery.approve_time"
    APPROVE_TIME_OF_ANY_PROJECT = "delivery.approve_time_of_any_project"
    VIEW_EXPENSES = "delivery.view_expenses"
    RECORD_EXPENSES = "delivery.record_expenses"
    VIEW_ALL_EXPENSES = "delivery.view_all_expenses"
    APPROVE_EXPENSES = "delivery.approve_expenses"
    LOCK_EXPENSES = "delivery.lock_expenses"


ROLES: dict[Role, frozenset[Permission]] = {
    Role.SALES_REP: frozenset({Permission.VIEW_PROJECTS}),
    Role.SALES_MANAGER: frozenset({Permission.VIEW_PROJECTS}),
    Role.CONSULTANT: frozenset(
        {
            Permission.VIEW_PROJECTS,
            Permission.VIEW_TIME,
            Permission.RECORD_TIME,
            Permission.VIEW_EXPENSES,
            Permission.RECORD_EXPENSES,
        }
    ),
    Role.PROJECT_MANAGER: frozenset(
        {
            Permission.VIEW_HANDOFFS,
            Permission.DECIDE_HANDOFFS,
            Permission.VIEW_TEMPLATES,
            Permission.WRITE_TEMPLATES,
            Permission.VIEW_PROJECTS,
            Permission.VIEW_MARGIN,
            Permission.MANAGE_PROJECTS,
            Permission.VIEW_TIME,
            Permission.RECORD_TIME,
            Permission.APPROVE_TIME,
            Permission.VIEW_EXPENSES,
            Permission.RECORD_EXPENSES,
            Permission.APPROVE_EXPENSES,
        }
    ),
    Role.RESOURCE_MANAGER: frozenset(
        {
            Permission.VIEW_PROJECTS,
            Permission.VIEW_ALL_PROJECTS,
            Permission.VIEW_MARGIN,
            Permission.VIEW_TIME,
            Permission.VIEW_ALL_TIME,
            Permission.APPROVE_TIME,
            Permission.APPROVE_TIME_OF_ANY_PROJECT,
        }
    ),
    Role.CONTROLLER: frozenset(
        {
            Permission.VIEW_HANDOFFS,
            Permission.VIEW_TEMPLATES,
            Permission.VIEW_PROJECTS,
            Permission.VIEW_ALL_PROJECTS,
            Permission.VIEW_MARGIN,
            Permission.VIEW_TIME,
            Permission.VIEW_ALL_TIME,
            Permission.VIEW_EXPENSES,
            Permission.VIEW_ALL_EXPENSES,
            Permission.LOCK_EXPENSES,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Permission.VIEW_HANDOFFS,
            Permission.VIEW_TEMPLATES,
            Permission.VIEW_PROJECTS,
            Permission.VIEW_ALL_PROJECTS,
            Permission.VIEW_MARGIN,
            Permission.VIEW_TIME,
            Permission.VIEW_ALL_TIME,
            Permission.VIEW_EXPENSES,
            Permission.VIEW_ALL_EXPENSES,
        }
    ),
    Role.ADMINISTRATOR: frozenset({Permission.VIEW_TEMPLATES, Permission.WRITE_TEMPLATES}),
}
