"""A refusal says what is wrong, how to mend it, and has a stable code."""

from shared.errors import Conflict, Refused


class NotSubmittedYet(Conflict):
    """Only a submitted timesheet
    can be approved.

    Submit it first.
    """


def test_a_refusal_speaks_from_its_docstring() -> None:
    refusal = NotSubmittedYet(field="/timesheet_id")

    assert refusal.detail == "Only a submitted timesheet can be approved."
    assert refusal.mend == "Submit it first."
    assert refusal.field == "/timesheet_id"
    assert str(refusal) == refusal.detail


def test_the_code_is_the_name_in_snake_case() -> None:
    assert NotSubmittedYet.code() == "not_submitted_yet"


def test_the_case_can_be_told_more_exactly() -> None:
    assert Refused("Friday is a holiday.", mend="Take Monday.").mend == "Take Monday."
