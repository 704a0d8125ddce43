"""The tools that judge our books."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.judges import Judges


@pytest.fixture
def judges(hledger: Path, ledger: Path, tmp_path: Path) -> Judges:
    """Give the three tools a directory of their own."""
    return Judges(hledger, ledger, tmp_path)
