"""What speaks for an invoice, and when that is enough."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.billing.bank_statements.model.lines import StatementLine, named
from services.billing.bank_statements.model.matching import (
    Candidate,
    Reason,
    best,
    is_creditor_reference,
    suggestions,
)


def a_line(text: str = "", amount: str = "100.00", name: str = "") -> StatementLine:
    return StatementLine("", date(2026, 3, 31), "EUR", Decimal(amount), name, "", text)


def an_open(number: str, amount: str = "100.00", *, customer: int = 1, known: bool = False) -> Candidate:
    last = int(number[-5:])
    return Candidate(UUID(int=last), number, UUID(int=customer), "Alpenglow", "Alpenglow AG", Decimal(amount), known)


def test_a_number_is_not_named_by_a_longer_one() -> None:
    assert suggestions(a_line("INV-2026-000171", "5.00"), [an_open("INV-2026-00017")]) == []


def test_a_creditor_reference_counts_with_its_check_digits_only() -> None:
    [right] = suggestions(a_line("RF80 INV2 0260 0123", "5.00"), [an_open("INV-2026-00123")])

    assert is_creditor_reference("RF18539007547034")
    assert not is_creditor_reference("RF17539007547034")
    assert right.reasons == {Reason.STRUCTURED_REFERENCE}


def test_two_that_are_equally_good_are_left_to_a_person() -> None:
    alike = [an_open("INV-2026-00001", known=True), an_open("INV-2026-00002", known=True)]

    assert best(suggestions(a_line(), alike)) is None


def test_one_line_pays_several_invoices_that_it_names() -> None:
    both = [an_open("INV-2026-00001", "40.00"), an_open("INV-2026-00002", "60.00")]

    found = best(suggestions(a_line("INV-2026-00001, INV-2026-00002"), both))

    assert found is not None
    assert [amount for _, _, amount in found.invoices] == [Decimal("40.00"), Decimal("60.00")]


@given(st.lists(st.sampled_from(["", "A", "B"]), max_size=6))
def test_every_line_of_a_file_has_a_name_of_its_own_and_the_same_one_again(references: list[str]) -> None:
    lines = [StatementLine(one, date(2026, 3, 31), "EUR", Decimal(1), "", "", "") for one in references]

    found = [one.reference for one in named(lines)]

    assert len(set(found)) == len(found)
    assert found == [one.reference for one in named(lines)]
