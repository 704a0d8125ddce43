"""Which template a project follows: the one that sales wished for, else that of the first rule that fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.delivery.templates.model.shipped import FIXED_PRICE, MANAGED_SERVICE, MIXED, TIME_AND_MATERIALS
from services.delivery.templates.model.template import ProjectTemplate

LONG_RUNNING_DAYS = 180


class BillingMethod(StrEnum):
    """How a sold line is billed."""

    TIME_AND_MATERIALS = "time_and_materials"
    TIME_AND_MATERIALS_CAPPED = "time_and_materials_capped"
    FIXED_FEE_MILESTONE = "fixed_fee_milestone"
    FIXED_FEE_PERCENT = "fixed_fee_percent"
    RETAINER = "retainer"
    EXPENSE = "expense"


BY_THE_HOUR = frozenset({BillingMethod.TIME_AND_MATERIALS, BillingMethod.TIME_AND_MATERIALS_CAPPED})
FIXED_FEES = frozenset({BillingMethod.FIXED_FEE_MILESTONE, BillingMethod.FIXED_FEE_PERCENT})
RETAINERS = frozenset({BillingMethod.RETAINER})


@dataclass(frozen=True)
class Deal:
    """What the rules look at: how the sold lines are billed, for how many days, and what sales wished for."""

    methods: frozenset[BillingMethod]
    days: int
    wish: str | None = None


@dataclass(frozen=True)
class Rule:
    """If the deal `fits`, the project follows the template with the code `leads_to`."""

    code: str
    says: str
    fits: Callable[[Deal], bool]
    leads_to: str


@dataclass(frozen=True)
class Choice:
    """The template that was chosen, and why."""

    template: ProjectTemplate
    rule: str
    reason: str


def _only(methods: frozenset[BillingMethod]) -> Callable[[Deal], bool]:
    """Whether nothing else is sold; expenses are no work, so they do not count."""
    return lambda deal: frozenset() < deal.methods - {BillingMethod.EXPENSE} <= methods


RULES = (
    Rule(
        "long_running_service",
        f"Only time and materials, for {LONG_RUNNING_DAYS} days or longer.",
        lambda deal: _only(BY_THE_HOUR)(deal) and deal.days >= LONG_RUNNING_DAYS,
        MANAGED_SERVICE.code,
    ),
    Rule(
        "only_time_and_materials",
        "Only time and materials.",
        _only(BY_THE_HOUR),
        TIME_AND_MATERIALS.code,
    ),
    Rule(
        "only_fixed_fees",
        "Only fixed fees.",
        _only(FIXED_FEES),
        FIXED_PRICE.code,
    ),
    Rule("only_retainers", "Only retainers.", _only(RETAINERS), MANAGED_SERVICE.code),
    Rule("anything_else", "More than one way of billing.", lambda deal: True, MIXED.code),
)


def choose(deal: Deal, among: Sequence[ProjectTemplate]) -> Choice:
    """The template that `deal` follows; `among` must hold at least the templates that the rules lead to."""
    wished = deal.wish.strip().casefold() if deal.wish else None
    for template in among:
        if wished in (template.code.casefold(), template.name.casefold()):
            return Choice(template, "wish", f"Sales wished for “{template.name}”.")
    rule = next(rule for rule in RULES if rule.fits(deal))
    template = next(template for template in among if template.code == rule.leads_to)
    unknown = f" The wish “{deal.wish}” names no template." if deal.wish else ""
    return Choice(template, rule.code, rule.says + unknown)
