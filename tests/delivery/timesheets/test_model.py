"""Who decides on whose time, and how approved time is put right."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from services.delivery.timesheets.model.entries import TimesheetState, WeekStartsOnMonday, must_start_a_week
from services.delivery.timesheets.model.weeks import (
    AlreadyCorrected,
    ApprovedEntry,
    Decider,
    NotYoursToDecide,
    OwnTimesheet,
    Timesheet,
    TimesheetNotSubmitted,
)
from shared.ids import new_id
from tests.support.delivery import NOW
from tests.support.news_for_delivery import MONDAY, PERSON


def a_timesheet(state: TimesheetState = TimesheetState.SUBMITTED) -> Timesheet:
    """Describe a week of Carla's."""
    return Timesheet(new_id(), PERSON, new_id(), MONDAY, state)


def an_approved_entry(minutes: int = 480) -> ApprovedEntry:
    """Describe a day of Carla's that was signed off."""
    return ApprovedEntry(
        id=new_id(),
        timesheet_id=new_id(),
        project_id=new_id(),
        person_id=PERSON,
        task_id=new_id(),
        billing_line_id=new_id(),
        staffing_role="Consultant",
        day=MONDAY,
        minutes=minutes,
        billable=True,
        note="",
        version=1,
    )


def a_decider(subject: str = "paula", person_id: UUID | None = None, *, for_any_project: bool = False) -> Decider:
    """Describe somebody about to decide."""
    return Decider(subject, person_id or new_id(), for_any_project)


def test_a_submitted_week_is_signed_off_by_somebody() -> None:
    timesheet = a_timesheet()

    timesheet.approve(by="paula", at=NOW)

    assert (timesheet.state, timesheet.decided_by, timesheet.decided_at) == (TimesheetState.APPROVED, "paula", NOW)


@pytest.mark.parametrize("state", [TimesheetState.OPEN, TimesheetState.APPROVED, TimesheetState.REJECTED])
def test_only_submitted_weeks_are_decided_on(state: TimesheetState) -> None:
    with pytest.raises(TimesheetNotSubmitted):
        a_timesheet(state).approve(by="paula", at=NOW)
    with pytest.raises(TimesheetNotSubmitted):
        a_timesheet(state).reject("Wrong task", by="paula", at=NOW)


def test_a_rejected_week_says_why() -> None:
    timesheet = a_timesheet()

    timesheet.reject("Wrong task", by="paula", at=NOW)

    assert (timesheet.state, timesheet.rejection_reason) == (TimesheetState.REJECTED, "Wrong task")


def test_nobody_decides_on_their_own_time_under_whatever_log_in() -> None:
    same_person = a_decider("carla.admin", PERSON, for_any_project=True)
    with pytest.raises(OwnTimesheet):
        same_person.must_decide_for(PERSON, person_subject="carla", manager="carla.admin")
    with pytest.raises(OwnTimesheet):
        a_decider("carla").must_decide_for(PERSON, person_subject="carla", manager="carla")


def test_time_is_decided_on_by_the_projects_manager_or_somebody_for_all_projects() -> None:
    a_decider().must_decide_for(PERSON, person_subject="carla", manager="paula")
    a_decider("ruth", for_any_project=True).must_decide_for(PERSON, person_subject="carla", manager="paula")
    with pytest.raises(NotYoursToDecide):
        a_decider("petra").must_decide_for(PERSON, person_subject="carla", manager="paula")


def test_a_correction_takes_the_entry_back_and_enters_the_right_one() -> None:
    wrong = an_approved_entry()

    reversal, right = wrong.corrected(300, correction_id=new_id())

    assert (reversal.minutes, reversal.corrects_entry_id) == (-480, wrong.id)
    assert (right.minutes, right.corrects_entry_id, right.version) == (300, None, 2)
    assert len({wrong.id, reversal.id, right.id}) == 3


def test_time_that_was_never_worked_is_only_taken_back() -> None:
    [reversal] = an_approved_entry().corrected(None, correction_id=new_id())

    assert reversal.minutes == -480


def test_a_reversal_is_not_corrected() -> None:
    with pytest.raises(AlreadyCorrected):
        an_approved_entry(-480).corrected(None, correction_id=new_id())


def test_weeks_start_on_mondays() -> None:
    must_start_a_week(MONDAY)
    with pytest.raises(WeekStartsOnMonday):
        must_start_a_week(date(2026, 3, 3))
