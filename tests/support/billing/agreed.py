"""Contracts of every method, and what delivery announces about them to billing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.billing.contracts.model import Contract, ContractLine, Method
from shared.contracts import crm, delivery
from shared.ids import new_id
from tests.support.billing.events import MONDAY, NOON, Made


def a_contract_line(method: Method, amount: str = "1000", *, line_id: UUID | None = None, **terms: Any) -> ContractLine:
    """Give a line as a contract has it."""
    return ContractLine(line_id or new_id(), 1, "Data platform", method, "Consulting", Decimal(amount), **terms)


def a_contract(*lines: ContractLine, **different: Any) -> Contract:
    """Give a contract from March to the end of June."""
    told: Made = {
        "id": UUID(int=9),
        "number": "C-00001",
        "opportunity_id": UUID(int=10),
        "customer_id": UUID(int=11),
        "legal_entity_id": UUID(int=12),
        "name": "Data platform",
        "currency": "EUR",
        "amount": sum((line.amount for line in lines), Decimal()),
        "purchase_order": None,
        "payment_terms_days": 30,
        "starts_on": MONDAY,
        "ends_before": date(2026, 7, 1),
        "sold_sequence": 1,
        "thread_id": UUID(int=10),
        "lines": list(lines),
    }
    return Contract(**{**told, **different})


def a_sold_line(method: crm.BillingMethod, amount: str = "10000.00", **terms: Any) -> crm.SoldLine:
    """Describe a sold line of any method."""
    told: Made = {"line_id": new_id(), "description": "Data platform", "product": "Consulting"}
    return crm.SoldLine(**{**told, "method": method, "amount": Decimal(amount), **terms})


def a_change(line_id: UUID, amount: str, *, rate: str | None = None, **different: Any) -> delivery.ChangedLine:
    """Describe what a change order changes on a line; with a rate, hours of a consultant."""
    by_the_hour = rate is not None
    told: Made = {
        "line_id": line_id,
        "description": "More of it",
        "method": crm.BillingMethod.TIME_AND_MATERIALS if by_the_hour else crm.BillingMethod.FIXED_FEE_MILESTONE,
        "amount_delta": Decimal(amount),
        "hourly_rate": None if rate is None else Decimal(rate),
        "staffing_role": "Consultant" if by_the_hour else None,
    }
    return delivery.ChangedLine(**{**told, **different})


def a_change_order(
    sale: crm.OpportunityClosedWon, *lines: delivery.ChangedLine, effective_on: str = "2026-03-16", **different: Any
) -> delivery.ChangeOrderApproved:
    """Announce that the client agreed to a change."""
    told: Made = {
        "thread_id": sale.opportunity_id,
        "change_order_id": new_id(),
        "number": "CO-1",
        "project_id": UUID(int=77),
        "approved_on": date(2026, 3, 12),
        "effective_on": date.fromisoformat(effective_on),
        "client_approver": "Clara Vogt",
        "reason": "The client wants a second source of data.",
        "lines": list(lines),
    }
    return delivery.ChangeOrderApproved(**{**told, **different})


def a_measurement(
    sale: crm.OpportunityClosedWon,
    percent: str,
    *,
    on: str = "2026-03-20",
    line_id: UUID | None = None,
    method: delivery.ProgressMethod = delivery.ProgressMethod.HOURS,
) -> delivery.ProgressMeasured:
    """Announce how far a project, or one line of it, is."""
    return delivery.ProgressMeasured(
        thread_id=sale.opportunity_id,
        measurement_id=new_id(),
        project_id=UUID(int=77),
        billing_line_id=line_id,
        method=method,
        measured_on=date.fromisoformat(on),
        fraction_numerator=Decimal(percent),
        fraction_denominator=Decimal(100),
        currency="EUR",
        measured_by="petra",
    )


def an_expense(line_id: UUID | None, amount: str, **different: Any) -> delivery.ApprovedExpense:
    """Describe a billable train ticket."""
    told: Made = {
        "expense_id": new_id(),
        "category": "travel",
        "day": MONDAY,
        "description": "Train to Munich",
        "billing_line_id": line_id,
        "currency": "EUR",
        "amount": Decimal(amount),
        "tax": Decimal(0),
        "billable": True,
        "reimbursable": True,
    }
    return delivery.ApprovedExpense(**{**told, **different})


def an_expense_report(
    sale: crm.OpportunityClosedWon, *expenses: delivery.ApprovedExpense
) -> delivery.ExpenseReportApproved:
    """Announce that somebody's expenses were approved."""
    return delivery.ExpenseReportApproved(
        thread_id=sale.opportunity_id,
        report_id=new_id(),
        project_id=UUID(int=77),
        person_id=UUID(int=11),
        approved_by="petra",
        approved_at=NOON,
        expenses=list(expenses),
    )
