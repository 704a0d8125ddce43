"""Whoever runs another release of any service keeps understanding us, and we them."""

from deploy.events.files import contract_of, events, services
from deploy.events.releases import released, releases
from tests.contracts import gate


def test_what_was_released_is_as_it_went_out() -> None:
    assert gate.altered({each: digest for release in releases() for each, digest in release.contracts.items()}) == []


def test_a_contract_is_only_added_to() -> None:
    assert gate.broken_rules(events(), gate.committed(released())) == []


def test_every_sample_of_any_release_is_read_today() -> None:
    samples = {each: each.sample.read_bytes() for each in (*released(), *map(contract_of, events()))}

    assert gate.unreadable_samples(events(), samples) == []


def test_what_is_announced_today_is_read_by_every_release() -> None:
    assert gate.unreadable_for_older_readers(events(), gate.committed(released())) == []


def test_whatever_is_announced_is_heard_and_the_other_way_round() -> None:
    reactions = [reaction for service in services() for reaction in service.all_reactions]

    assert gate.without_counterpart(events(), reactions, gate.producers_of(events())) == []
