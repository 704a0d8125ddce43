"""The export that the product writes itself is as dirty as a real one, and is imported like one."""

from __future__ import annotations

from pathlib import Path

from deploy.suite.sample_export import DIRTY_EVERY, write_sample_export
from shared.actor import Role
from shared.database import Database
from tests.support.api import Api
from tests.support.crm_imports import imported


def test_the_same_seed_writes_the_same_files(tmp_path: Path) -> None:
    first = [path.read_bytes() for path in write_sample_export(tmp_path / "a", seed=7)]
    again = [path.read_bytes() for path in write_sample_export(tmp_path / "b", seed=7)]
    other = [path.read_bytes() for path in write_sample_export(tmp_path / "c", seed=8)]

    assert first == again != other
    assert all(b"\r\n" in content for content in first)


async def test_every_dirty_line_is_rejected_and_every_other_one_imported(
    crm: Api, database: Database, tmp_path: Path
) -> None:
    paths = write_sample_export(tmp_path, deals=200)

    standing = await imported(crm.as_(Role.SALES_MANAGER), database, {path.stem: path.read_bytes() for path in paths})

    deals = standing["counts"][-1]
    assert (deals["read"], deals["rejected"]) == (200, 200 // DIRTY_EVERY)
    assert deals["created"] == deals["read"] - deals["rejected"]
    assert set(standing["mapped"]) == {
        "list price, since an open deal has no amount yet",
        "log-in from the name",
        "same letters, other spaces, signs or capitals",
        "spelling named in the mapping",
    }
