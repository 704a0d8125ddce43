"""What a page waits for is said by somebody: a trigger of a name that nothing ever tells would leave it old."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute

from deploy.suite.members import SERVICES
from shared.changes import feature_of
from shared.service import Service
from shared.web.idempotency import SAFE
from tests.architecture.sources import ROOT, name_of

TRIGGER = re.compile(r"changed-([a-z_-]+)")
NAMES = re.compile(r"live=\[([^\]]*)\]|ui\.live\([^\[]*\[([^\]]*)\]")
TOLD = {
    f"{service.name}-{feature}"
    for service in SERVICES
    for feature in (
        *(feature_of(each.handler) for each in service.all_reactions),
        *(feature_of(kind.step) for kind in service.all_jobs),
        *(
            feature_of(route.endpoint)
            for router in (*service.routers, *service.pages)
            for route in router.routes
            if isinstance(route, APIRoute) and not SAFE.issuperset(route.methods or ())
        ),
    )
} | {service.name for service in SERVICES}


def waited_for(service: Service) -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "services" / service.name).rglob("*.html")):
        text = path.read_text()
        named = (name for found in NAMES.findall(text) for name in re.findall(r'"([^"]+)"', "".join(found)))
        yield from ((name_of(path), name) for name in (*TRIGGER.findall(text), *named))


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_page_waits_only_for_features_that_tell_of_changes(service: Service) -> None:
    waiting = list(waited_for(service))

    assert waiting, "no page of this service changes by itself"
    assert [(page, name) for page, name in waiting if name not in TOLD] == []
