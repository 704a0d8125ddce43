"""What becomes of the entries behind a cell when somebody types over it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.delivery.timesheets.model.cells import fitted
from services.delivery.timesheets.model.entries import Entry, TimesheetState
from shared.ids import new_id
from tests.support.news_for_delivery import MONDAY

MINUTES = st.integers(1, 480)


def an_entry(minutes: int) -> Entry:
    return Entry(
        id=new_id(),
        timesheet_id=new_id(),
        person_id=new_id(),
        project_id=new_id(),
        task_id=new_id(),
        staffing_role="Consultant",
        day=MONDAY,
        minutes=minutes,
        billable=True,
        note="",
        version=1,
        state=TimesheetState.OPEN,
    )


@given(st.lists(MINUTES, min_size=1, max_size=5), st.integers(0, 1440))
def test_the_entries_of_a_cell_come_to_what_was_typed_and_none_changes_without_need(
    before: list[int], typed: int
) -> None:
    entries = [an_entry(minutes) for minutes in before]

    changed = {entry.id: minutes for entry, minutes in fitted(entries, typed)}

    after = [changed.get(entry.id, entry.minutes) for entry in entries]
    assert sum(after) == typed
    assert all(minutes >= 0 for minutes in after)
    assert all(changed[entry.id] != entry.minutes for entry in entries if entry.id in changed)
