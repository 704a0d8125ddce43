"""The revisions of a service follow one another, also where two of them were written side by side."""

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

REVISION = re.compile(r'^revision = "(\w+)"$\n^down_revision = (?:"(\w+)"|None)$', re.MULTILINE)
SERVICES = sorted(path.parents[1].name for path in ROOT.glob("services/*/migrations/versions"))


@pytest.mark.parametrize("service", SERVICES)
def test_every_revision_follows_the_one_before_it_by_its_number(service: str) -> None:
    files = sorted((ROOT / "services" / service / "migrations" / "versions").glob("*.py"))

    numbered = [f"{number:04}" for number in range(1, len(files) + 1)]

    assert [_revision(path) for path in files] == list(zip(numbered, [None, *numbered], strict=False))
    assert [path.name[:4] for path in files] == numbered


def _revision(path: Path) -> tuple[str, str | None]:
    found = REVISION.search(path.read_text())
    assert found is not None, f"{path.name} names no revision"
    return found[1], found[2]
