"""Billing ready to seal, and the tools that judge our books."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.billing import Billing
from tests.support.judges import Judges
from tests.support.ledger import appoint_erp, map_accounts


@pytest.fixture
def judges(hledger: Path, ledger: Path, tmp_path: Path) -> Judges:
    """Give the three tools a directory of their own."""
    return Judges(hledger, ledger, tmp_path)


@pytest.fixture
async def mapped(billing: Billing) -> Billing:
    """Serve billing with every account mapped and the ERP appointed."""
    await map_accounts(billing)
    await appoint_erp(billing)
    return billing
