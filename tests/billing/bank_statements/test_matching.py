"""What speaks for an invoice, and when that is enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
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
    assert suggestions(a_line("12026-00017", "5.00"), [an_open("2026-00017")]) == []


@pytest.mark.parametrize(
    "text",
    [
        "INV-2026-00017 31.03.2026",
        "inv 2026 00017/2026-03-31",
        "Rechnung 5 INV202600017",
        "Rechnung 5INV-2026-00017",
        "RF81 INV-2026-00017",
        "INV-2026-000 17",
    ],
)
def test_a_number_is_named_however_it_is_written_and_whatever_stands_beside_it(text: str) -> None:
    [found] = suggestions(a_line(text, "5.00"), [an_open("INV-2026-00017")])

    assert found.reasons == {Reason.NUMBER}
    assert suggestions(a_line("3 2026-00017", "5.00"), [an_open("2026-00017")])


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


def test_what_names_an_invoice_and_pays_just_it_is_certain_and_what_only_names_it_is_not() -> None:
    found = suggestions(a_line("INV-2026-00001"), [an_open("INV-2026-00001"), an_open("INV-2026-00002", "7.00")])

    assert [(one.invoices[0][1], one.score) for one in found] == [("INV-2026-00001", 85)]
    assert best(found) == found[0]
    assert best(suggestions(a_line("INV-2026-00001", "5.00"), [an_open("INV-2026-00001")])) is None
    assert best([]) is None
    named_and_known = suggestions(a_line("INV-2026-00001", "5.00", "Alpenglow"), [an_open("INV-2026-00001")])
    assert named_and_known[0].score == 75
    assert best(named_and_known) is not None


def test_two_certain_ones_that_are_alike_are_left_to_a_person_and_the_better_of_two_is_taken() -> None:
    twice = [an_open("INV-2026-00001", customer=1), an_open("INV-2026-00002", customer=2)]
    known = [an_open("INV-2026-00001", customer=1), an_open("INV-2026-00002", customer=2, known=True)]
    line = a_line("INV-2026-00001 INV-2026-00002")

    assert best(suggestions(line, twice)) is None
    better = best(suggestions(line, known))
    assert better is not None and better.invoices[0][1] == "INV-2026-00002"
    two_customers = [an_open("INV-2026-00001", "40.00", customer=1), an_open("INV-2026-00002", "60.00", customer=2)]
    assert all(len(one.invoices) == 1 for one in suggestions(line, two_customers))


def test_an_invoice_gets_no_more_of_a_line_than_is_open_and_the_next_ones_what_is_left() -> None:
    [single] = suggestions(a_line("INV-2026-00001", "100.00"), [an_open("INV-2026-00001", "40.00")])
    three = [an_open(f"INV-2026-0000{number}", "40.00") for number in (3, 1, 2)]

    together = suggestions(a_line("INV-2026-00001, INV-2026-00002, INV-2026-00003", "60.00"), three)

    assert [amount for *_, amount in single.invoices] == [40]
    [several] = [one for one in together if len(one.invoices) > 1]
    assert [(number, amount) for _, number, amount in several.invoices] == [
        ("INV-2026-00001", Decimal(40)),
        ("INV-2026-00002", Decimal(20)),
    ]
    assert Reason.AMOUNT not in several.reasons


def test_the_name_of_the_payer_speaks_for_a_customer_beside_an_account_that_is_known() -> None:
    claim, known = an_open("INV-2026-00001"), an_open("INV-2026-00001", known=True)

    [named_too] = suggestions(a_line(name="ALPENGLOW AG, Zürich", amount="5.00"), [known])
    [only_known] = suggestions(a_line(name="Somebody", amount="5.00"), [known])
    [only_named] = suggestions(a_line(name="Alpenglow", amount="5.00"), [claim])

    assert named_too.reasons == {Reason.KNOWN_ACCOUNT, Reason.NAME}
    assert only_known.reasons == {Reason.KNOWN_ACCOUNT}
    assert only_named.reasons == {Reason.NAME}
    assert suggestions(a_line(amount="5.00"), [claim]) == []
    nameless = replace(claim, legal_name="")
    assert suggestions(a_line(name="Somebody", amount="5.00"), [nameless]) == []
    assert suggestions(a_line(amount="5.00"), [replace(nameless, customer_name="")]) == []
