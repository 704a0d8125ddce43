"""What is committed about the events is what the code says, and reads back as it was."""

import json
from pathlib import Path

import pytest

from deploy.events.files import contract_of, events, files, leftovers
from deploy.events.releases import ROOT
from shared.contracts.base import Event

FILES = files()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_committed_description_is_the_present_one(path: Path) -> None:
    assert path.exists(), "run `make events` and commit what it writes"
    assert path.read_text() == FILES[path], "run `make events`, look at the difference, and commit it"


def test_nothing_is_described_that_is_not_there_any_more() -> None:
    assert leftovers() == set(), "run `make events`"


@pytest.mark.parametrize("event", events(), ids=lambda event: event.__name__)
def test_a_sample_reads_back_as_it_was(event: type[Event]) -> None:
    body = contract_of(event).sample.read_bytes()
    told = json.loads(body)
    read = event.read(contract_of(event).major, event.minor, body)
    assert json.loads(read.model_dump_json(include=set(told))) == told


@pytest.mark.parametrize("event", events(), ids=lambda event: event.__name__)
def test_a_reader_ignores_what_it_does_not_know(event: type[Event]) -> None:
    told = json.loads(contract_of(event).sample.read_text())
    assert event.model_validate({**told, "a_field_of_tomorrow": 1}) == event.model_validate(told)


@pytest.mark.parametrize("event", events(), ids=lambda event: event.__name__)
def test_an_event_says_what_it_is_about_and_belongs_to_a_thread(event: type[Event]) -> None:
    assert event.about[1] in event.model_fields
    assert "thread_id" in event.model_fields
    assert (event.__doc__ or "").strip()
