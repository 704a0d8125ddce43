"""A guard that cannot fail guards nothing: every import contract is broken once, in a copy of the tree."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import CODE, ROOT

# Contract: the file that breaks it, the line that does, and the words the report must then contain. The features
# `rehearsal` and `practice` exist in the copy only, so that no breach depends on what the services are made of.
BREACHES = {
    "services-are-islands": (
        "services/crm/rehearsal/actions.py",
        "import services.delivery.rehearsal.model",
        r"services\.crm\.rehearsal\.actions -> services\.delivery\.rehearsal\.model",
    ),
    "shared-knows-no-service": (
        "shared/money.py",
        "import services.billing.rehearsal.model",
        r"shared\.money -> services\.billing\.rehearsal\.model",
    ),
    "deploy-is-the-outside": (
        "services/crm/rehearsal/jobs.py",
        "import deploy.suite",
        r"services\.crm\.rehearsal\.jobs -> deploy\.suite",
    ),
    "shared-layers": ("shared/ids.py", "import shared.work", r"shared\.ids -> shared\.work"),
    "rooms": ("services/resourcing/rehearsal/utils.py", "", r"- services\.resourcing\.rehearsal\.utils"),
    "plain-model": (
        "services/crm/rehearsal/model.py",
        "import sqlalchemy",
        r"services\.crm\.rehearsal\.model -> sqlalchemy",
    ),
    "sql-in-stores": (
        "services/crm/rehearsal/reactions.py",
        "import sqlalchemy",
        r"services\.crm\.rehearsal\.reactions -> sqlalchemy",
    ),
    "http-at-the-edge": (
        "services/crm/rehearsal/store.py",
        "import fastapi",
        r"services\.crm\.rehearsal\.store -> fastapi",
    ),
    "no-cycles": (
        "services/billing/rehearsal/queries.py",
        "import services.billing.practice.queries",
        r"No cycles are allowed in services\.billing\.",
    ),
    "stores-behind-actions": (
        "services/crm/rehearsal/api.py",
        "import services.crm.rehearsal.store",
        r"services\.crm\.rehearsal\.api -> services\.crm\.rehearsal\.store",
    ),
    "telemetry-in-one-place": (
        "services/crm/rehearsal/api.py",
        "import opentelemetry.trace",
        r"services\.crm\.rehearsal\.api -> opentelemetry",
    ),
    "checker-by-itself": (
        "deploy/checker/look.py",
        "import shared.money",
        r"deploy\.checker\.look -> shared\.money",
    ),
}


def contracts() -> dict[str, str]:
    """Give the name of every contract by its identifier."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / ".importlinter")
    prefix = "importlinter:contract:"
    return {
        section.removeprefix(prefix): settings[section]["name"]
        for section in settings.sections()
        if section.startswith(prefix)
    }


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Break every contract in a copy of the tree and give what the linter says."""
    copy = tmp_path_factory.mktemp("breached")
    shutil.copy(ROOT / ".importlinter", copy)
    for part in CODE:
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    for service in ("crm", "delivery", "billing", "resourcing"):
        for feature in ("rehearsal", "practice"):
            folder = copy / "services" / service / feature
            folder.mkdir(parents=True)
            for room in ("__init__", "model", "store", "queries", "actions", "api", "reactions", "jobs"):
                (folder / f"{room}.py").touch()
    _append(copy / "services/billing/practice/queries.py", "import services.billing.rehearsal.queries")
    for path, line, _ in BREACHES.values():
        _append(copy / path, line)
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=copy, capture_output=True, text=True, check=False)
    return done.stdout


def test_every_contract_has_its_breach() -> None:
    assert set(BREACHES) == set(contracts())


@pytest.mark.parametrize("contract", BREACHES)
def test_a_contract_fails_when_it_is_broken(contract: str, report: str) -> None:
    name = contracts()[contract]
    *_, evidence = BREACHES[contract]

    assert re.search(rf"^{re.escape(name)} BROKEN", report, re.MULTILINE), report
    # The broken contracts follow one another, each under its name and a rule; its own part shows its own breach.
    _, heading, details = report.partition(f"\n{name}\n{'-' * len(name)}\n")
    assert heading, report
    own = re.split(r"\n\n[^\n]+\n-{10,}\n", details)[0]
    assert re.search(evidence, own), own


def _append(path: Path, line: str) -> None:
    with path.open("a") as file:
        file.write(f"\n{line}\n")
