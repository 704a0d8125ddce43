"""What has been released: which minor of which contract went out with which version; it never changes again."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / "contracts"
VERSION = re.compile(r"^\d+\.\d+\.\d+$")


@dataclass(frozen=True, order=True)
class Contract:
    """One version of what an event looks like, for example `crm.account.changed.v1` in its minor 0."""

    name: str
    minor: int

    @property
    def schema(self) -> Path:
        """The file with its JSON schema."""
        return self._folder / f"{self.minor}.schema.json"

    @property
    def sample(self) -> Path:
        """The file with an example of it."""
        return self._folder / f"{self.minor}.sample.json"

    @property
    def major(self) -> int:
        """Its major version."""
        return int(self.name.rpartition(".v")[2])

    @property
    def sha256(self) -> str:
        """Of both files; raises FileNotFoundError."""
        return hashlib.sha256(self.schema.read_bytes() + self.sample.read_bytes()).hexdigest()

    @property
    def _folder(self) -> Path:
        return CONTRACTS / self.name.partition(".")[0] / self.name


@dataclass(frozen=True)
class Release:
    """A version that went out: its commit, and the hash of every contract that is new in it."""

    version: str
    commit: str
    contracts: dict[Contract, str]


def releases(path: Path = CONTRACTS / "releases.json") -> list[Release]:
    """Every release, the first one first."""
    return [
        Release(
            version,
            told["commit"],
            {
                Contract(name, int(minor)): digest
                for name, minors in told["contracts"].items()
                for minor, digest in minors.items()
            },
        )
        for version, told in json.loads(path.read_text()).items()
    ]


def released() -> dict[Contract, str]:
    """The version with which each released contract went out."""
    return {contract: release.version for release in releases() for contract in release.contracts}


def record(version: str, contracts: list[Contract], path: Path = CONTRACTS / "releases.json") -> None:
    """Note that `contracts` went out with the tag `v<version>`, those that are new in it.

    Raises ValueError when the tag is not there or holds other contracts than the tree at hand.
    """
    tag = f"v{version}"
    if not VERSION.match(version) or version in {release.version for release in releases(path)}:
        raise ValueError(f"{version} is no new version: write it as 1.2.3")
    if _git("diff", "--quiet", tag, "--", "contracts", "shared/contracts").returncode:
        raise ValueError(f"there is no tag {tag}, or its contracts are others than those here: check it out first")
    commit = _git("rev-list", "-n", "1", tag).stdout.strip()
    told = json.loads(path.read_text())
    known = released()
    new: dict[str, dict[str, str]] = {}
    for contract in sorted(contracts):
        if contract not in known:
            new.setdefault(contract.name, {})[str(contract.minor)] = contract.sha256
    told[version] = {"commit": commit, "contracts": new}
    path.write_text(json.dumps(told, indent=2) + "\n")


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
