"""Services of the last release and of today play the thread together, whichever announce and whichever react."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import httpx2
import pytest

from deploy.events.releases import releases
from deploy.suite.desk import tokens_of_the_story
from tests.support.collector import collecting
from tests.support.databases import Databases
from tests.support.evidence import REACTING, Evidence
from tests.support.processes import ROOT, Program
from tests.support.rabbitmq import Broker
from tests.support.separate_services import SeparateServices, separate_services

STORY_SECONDS = 240.0
TELLER = Path("tests/support/teller.py")
# Each service meets each other one across the releases, once as the older and once as the newer.
BEHIND = [("crm", "resourcing"), ("delivery", "billing"), ("crm", "delivery"), ("resourcing", "billing")]

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def last_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of the last release; skips where the clone does not reach back to it."""
    release = releases()[-1]
    archive = subprocess.run(["git", "archive", release.commit], cwd=ROOT, capture_output=True, check=False)
    if archive.returncode:
        pytest.skip(f"the commit of {release.version}, {release.commit}, is not in this clone: git fetch --unshallow")
    tree = tmp_path_factory.mktemp(release.version)
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(tree, filter="data")
    if not (tree / TELLER).exists():  # 0.1.0 cannot tell its story to processes elsewhere
        shutil.copy(ROOT / TELLER, tree / TELLER)
    return tree


@pytest.mark.parametrize("behind", BEHIND, ids="+".join)
async def test_old_and_new_services_do_everything_once_together(
    behind: tuple[str, ...], last_release: Path, databases: Databases, broker: Broker
) -> None:
    trees = dict.fromkeys(behind, last_release)
    with (
        collecting() as collector,
        separate_services(databases, broker, collector.url, trees) as (services, evidence),
    ):
        async with httpx2.AsyncClient(base_url="http://suite.test", transport=services.edge()) as http:
            tokens = await tokens_of_the_story(http)
        reacted = await asyncio.to_thread(tell, last_release, tokens, services, evidence)

        older = {(consumer, key) for service in behind for consumer, key in reacted[service]}
        newer = {each for each in REACTING if each[0].partition(".")[0] not in behind}
        await evidence.settled()
        await evidence.every_event_had_each_effect_once(older | newer)


def tell(
    tree: Path, tokens: dict[str, str], services: SeparateServices, evidence: Evidence
) -> dict[str, list[tuple[str, str]]]:
    """Have the story of `tree` told to `services`; gives who reacted to which routing key in the release it is of."""
    settings = {
        "PYTHONPATH": str(tree),
        "TOKENS": json.dumps(tokens),
        "PORTS": json.dumps(services.ports),
        "ISSUER_PORT": json.dumps(httpx2.URL(services.issuer_url).port),
        "DATABASES": json.dumps(evidence.addresses),
    }
    teller = Program.start("teller", "tests.support.teller", directory=services.directory, settings=settings)
    teller.finish(STORY_SECONDS)
    reacted: dict[str, list[tuple[str, str]]] = json.loads(teller.printed.splitlines()[-1])
    return reacted
