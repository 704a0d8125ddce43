"""What a service's README says of its events and features is whole."""

from importlib import import_module

import pytest

from shared.contracts.base import REGISTRY
from shared.messaging.reactions import Reactions
from tests.architecture.sources import ROOT

SERVICES = ("crm", "delivery", "resourcing", "billing")


@pytest.mark.parametrize("name", SERVICES)
def test_a_readme_names_every_event_that_its_service_announces(name: str) -> None:
    import_module(f"services.{name}.service")
    announced = {kind.__name__ for kind in REGISTRY.values() if kind.publisher() == name}
    assert announced
    assert not {event for event in announced if event not in _readme(name)}


@pytest.mark.parametrize("name", SERVICES)
def test_a_readme_names_every_event_that_its_service_reacts_to(name: str) -> None:
    service = import_module(f"services.{name}.service").service
    heard = {reaction.event_type.__name__ for reaction in Reactions.together(service.reactions)}
    assert heard
    assert not {event for event in heard if event not in _readme(name)}


@pytest.mark.parametrize("name", ["delivery", "billing"])
def test_a_readme_that_lists_features_lists_all_of_them(name: str) -> None:
    features = {path.parent.name for path in (ROOT / "services" / name).glob("*/__init__.py")} - {"migrations"}
    assert features
    assert not {feature for feature in features if f"`{feature}`" not in _readme(name)}


def _readme(name: str) -> str:
    return (ROOT / "services" / name / "README.md").read_text()
