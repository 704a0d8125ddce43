"""Whether a contract may be billed: by the last that delivery said, whenever it was heard."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from services.billing.contracts.model import (
    ContractNotActive,
    ContractStatus,
    LineChange,
    Method,
    NegativeTerm,
    NewLineIncomplete,
    check_terms,
    ends_before_on,
    terms_on,
)
from tests.billing.amendments.test_model import an_amendment
from tests.support.billing import a_contract, a_contract_line

PROJECT, OTHER = UUID(int=77), UUID(int=78)
NOTED = datetime(2026, 4, 1, tzinfo=UTC)
FEE = UUID(int=1)


def test_the_last_answer_counts_and_is_news_once() -> None:
    contract = a_contract()

    assert contract.activate(project_id=PROJECT, sequence=5)
    assert not contract.activate(project_id=OTHER, sequence=5)
    contract.void(sequence=5)
    assert (contract.status, contract.project_id) == (ContractStatus.ACTIVE, PROJECT)
    assert not contract.activate(project_id=OTHER, sequence=6)
    assert contract.project_id == OTHER
    contract.void(sequence=7)
    assert vars(contract).items() >= {"status": ContractStatus.VOIDED, "project_id": None}.items()
    assert not contract.activate(project_id=PROJECT, sequence=6)
    assert contract.status is ContractStatus.VOIDED
    assert contract.activate(project_id=PROJECT, sequence=8)


def test_only_an_active_contract_is_billed() -> None:
    contract = a_contract()
    for status in (ContractStatus.DRAFT, ContractStatus.VOIDED):
        contract.status = status
        with pytest.raises(ContractNotActive):
            contract.must_be_active()

    contract.status = ContractStatus.ACTIVE
    contract.must_be_active()


def test_a_contract_sold_anew_keeps_what_was_answered_noted_and_amended() -> None:
    earlier, new = a_contract(purchase_order="old"), a_contract(a_contract_line(Method.EXPENSE), purchase_order="new")
    earlier.activate(project_id=PROJECT, sequence=5)
    added = LineChange(UUID(int=2), Decimal(500), description="Training", method=Method.FIXED_FEE_MILESTONE)

    again = new.continuing(earlier, [an_amendment(added)])

    assert (again.status, again.project_id, again.answered_sequence) == (ContractStatus.ACTIVE, PROJECT, 5)
    assert (again.purchase_order, again.purchase_order_budget) == ("new", None)
    assert [line.description for line in again.lines] == ["Data platform", "Training"]


def test_an_order_that_was_noted_counts_whatever_is_sold_anew() -> None:
    earlier = a_contract()
    earlier.note_order("4711", Decimal(900), at=NOTED)

    again = a_contract(purchase_order="new").continuing(earlier, [])

    assert (again.purchase_order, again.purchase_order_budget, again.purchase_order_noted_at) == (
        "4711",
        Decimal(900),
        NOTED,
    )


def test_what_was_agreed_on_a_line_adds_up() -> None:
    line = a_contract_line(Method.TIME_AND_MATERIALS_CAPPED, line_id=FEE, cap=Decimal(5000), minutes=600)
    more = an_amendment(LineChange(FEE, Decimal(1), minutes_delta=60, cap_delta=Decimal(250)))
    less = an_amendment(LineChange(FEE, Decimal(2), minutes_delta=-30), number="2")

    agreed = terms_on(line, [more, less])

    assert (agreed.amount, agreed.minutes, agreed.cap) == (Decimal(1003), 630, Decimal(5250))


def test_an_amendment_that_moves_no_end_leaves_it() -> None:
    contract = a_contract()

    assert ends_before_on(contract, [an_amendment(LineChange(FEE, Decimal(1)))]) == contract.ends_before


def test_a_line_may_be_amended_to_nothing_and_no_further() -> None:
    contract = a_contract(
        a_contract_line(Method.TIME_AND_MATERIALS_CAPPED, "10", line_id=FEE, cap=Decimal(5), minutes=9)
    )

    check_terms(contract, [an_amendment(LineChange(FEE, Decimal(-10), minutes_delta=-9, cap_delta=Decimal(-5)))])
    for change in (LineChange(FEE, Decimal("-10.01")), LineChange(FEE, minutes_delta=-10)):
        with pytest.raises(NegativeTerm):
            check_terms(contract, [an_amendment(change)])


@pytest.mark.parametrize(
    "change",
    [LineChange(FEE, Decimal(5), description="Training"), LineChange(FEE, Decimal(5), method=Method.EXPENSE)],
)
def test_a_line_that_was_not_sold_needs_both_a_method_and_a_description(change: LineChange) -> None:
    with pytest.raises(NewLineIncomplete):
        a_contract().add_lines([an_amendment(change)])


def test_hours_are_billed_one_by_one_on_lines_by_the_hour_only() -> None:
    assert {one for one in Method if one.is_by_the_hour} == {
        Method.TIME_AND_MATERIALS,
        Method.TIME_AND_MATERIALS_CAPPED,
    }
