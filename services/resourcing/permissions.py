"""Who may do what in resourcing."""

from __future__ import annotations

from enum import StrEnum

from shared.actor import Role


class Permission(StrEnum):
    """One thing somebody may see or do."""

    SEE_OWN = "resourcing.see_own"
    """Own record, capacity, time off and bookings."""
    REQUEST_TIME_OFF = "resourcing.request_time_off"
    SEE_PEOPLE = "resourcing.see_people"
    """Everybody's record, capacity, time off and bookings; no cost."""
    MANAGE_PEOPLE = "resourcing.manage_people"
    SEE_COST_RATES = "resourcing.see_cost_rates"
    SET_COST_RATES = "resourcing.set_cost_rates"
    APPROVE_TIME_OFF = "resourcing.approve_time_off"
    SEE_REQUESTS = "resourcing.see_requests"
    SEE_CANDIDATES = "resourcing.see_candidates"
    """The ranking tells what people cost, so whoever holds this also holds SEE_COST_RATES."""
    SEE_DEMAND = "resourcing.see_demand"
    BOOK = "resourcing.book"
    SEE_UTILIZATION = "resourcing.see_utilization"
    SET_UTILIZATION_RULES = "resourcing.set_utilization_rules"


OWN = frozenset({Permission.SEE_OWN, Permission.REQUEST_TIME_OFF})
OVERVIEW = frozenset({Permission.SEE_PEOPLE, Permission.SEE_REQUESTS, Permission.SEE_DEMAND})
FIGURES = OVERVIEW | {Permission.SEE_COST_RATES, Permission.SEE_CANDIDATES, Permission.SEE_UTILIZATION}

ROLES: dict[Role, frozenset[Permission]] = {
    Role.SALES_REP: OWN,
    Role.SALES_MANAGER: OWN | {Permission.SEE_DEMAND},
    Role.CONSULTANT: OWN,
    Role.PROJECT_MANAGER: OWN | OVERVIEW,
    Role.RESOURCE_MANAGER: OWN
    | FIGURES
    | {
        Permission.MANAGE_PEOPLE,
        Permission.SET_COST_RATES,
        Permission.APPROVE_TIME_OFF,
        Permission.BOOK,
        Permission.SET_UTILIZATION_RULES,
    },
    Role.BILLING_CLERK: OWN,
    Role.BILLING_APPROVER: OWN,
    Role.CONTROLLER: OWN | FIGURES,
    Role.AUDITOR: FIGURES | {Permission.SEE_OWN},
    Role.ADMINISTRATOR: OWN | {Permission.SEE_PEOPLE, Permission.MANAGE_PEOPLE},
    Role.ERP: frozenset(),
}
