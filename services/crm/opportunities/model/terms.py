"""How a line is billed, and what each method needs and may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from shared.errors import Invalid
from shared.reasons import because


class LineIncomplete(Invalid):
    """The line lacks what its billing method needs.

    Give it, or choose another method.
    """


class NotOfThisMethod(Invalid):
    """This does not belong to a line that is billed so.

    Leave it out, or choose the method that it belongs to.
    """


class CapBelowNothing(Invalid):
    """A cap is more than nothing.

    Give the most that the hours may come to, or sell plain time and materials.
    """


class RetainerWithoutMinutes(Invalid):
    """Minutes roll over, or are exceeded, only where the monthly fee pays for some.

    Set `monthly_minutes`, or leave rollover and overage out.
    """


class NoMilestoneToRecogniseBy(Invalid):
    """Revenue is recognised by milestone only where a milestone is sold.

    Choose `as_delivered`, `cost_to_cost` or `ratable`, or leave it out for what goes with the method.
    """


class BillingMethod(StrEnum):
    """How a sold line is billed."""

    TIME_AND_MATERIALS = "time_and_materials"
    TIME_AND_MATERIALS_CAPPED = "time_and_materials_capped"
    FIXED_FEE_MILESTONE = "fixed_fee_milestone"
    FIXED_FEE_PERCENT = "fixed_fee_percent"
    RETAINER = "retainer"
    EXPENSE = "expense"


class RecognitionMethod(StrEnum):
    """How the revenue of a line is earned."""

    AS_DELIVERED = "as_delivered"
    COST_TO_COST = "cost_to_cost"
    RATABLE = "ratable"
    MILESTONE = "milestone"


@dataclass(frozen=True)
class LineTerms:
    """What is agreed of a line besides its time and its price; each method has its own."""

    cap: Decimal | None = None
    months: int | None = None
    monthly_fee: Decimal | None = None
    monthly_minutes: int | None = None
    rollover_months: int | None = None
    overage_rate: Decimal | None = None
    markup_percent: Decimal | None = None
    is_agent: bool = False
    recognition_method: RecognitionMethod | None = None

    def __post_init__(self) -> None:
        if self.cap is not None and self.cap <= 0:
            raise CapBelowNothing(field="/cap")
        if self.monthly_minutes is None:
            for name in ("rollover_months", "overage_rate"):
                if getattr(self, name) is not None:
                    raise RetainerWithoutMinutes(field=f"/{name}")


NO_TERMS = LineTerms()


@dataclass(frozen=True)
class Form:
    """The names of what a line needs, and of what it may say besides."""

    needs: tuple[str, ...]
    may: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Everything that may be said, what is needed first."""
        return (*self.needs, *self.may)


FORMS = {
    BillingMethod.TIME_AND_MATERIALS: Form(("staffing_role", "minutes"), ("hourly_rate",)),
    BillingMethod.TIME_AND_MATERIALS_CAPPED: Form(("staffing_role", "minutes", "cap"), ("hourly_rate",)),
    BillingMethod.FIXED_FEE_MILESTONE: Form(("amount",), ("milestone_due_on",)),
    BillingMethod.FIXED_FEE_PERCENT: Form(("amount",)),
    BillingMethod.RETAINER: Form(
        ("monthly_fee", "months"), ("monthly_minutes", "rollover_months", "overage_rate", "staffing_role")
    ),
    BillingMethod.EXPENSE: Form((), ("amount", "markup_percent", "is_agent")),
}
OF_ANY_METHOD = {"recognition_method"}


def must_fit(method: BillingMethod, said: Mapping[str, object]) -> None:
    """Refuse what a line of this method lacks, or does not know; what is None or False was not said.

    Raises LineIncomplete, NotOfThisMethod, NoMilestoneToRecogniseBy.
    """
    form = FORMS[method]
    given = {name for name, value in said.items() if value is not None and value is not False}
    for name in form.needs:
        if name not in given:
            raise LineIncomplete(
                because("A line billed by %(method)s needs `%(name)s`.", method=method, name=name), field=f"/{name}"
            )
    for name in sorted(given - OF_ANY_METHOD - set(form.fields)):
        raise NotOfThisMethod(
            because("`%(name)s` does not belong to a line billed by %(method)s.", name=name, method=method),
            field=f"/{name}",
        )
    by_milestone = said.get("recognition_method") is RecognitionMethod.MILESTONE
    if by_milestone and method is not BillingMethod.FIXED_FEE_MILESTONE:
        raise NoMilestoneToRecogniseBy(field="/recognition_method")
