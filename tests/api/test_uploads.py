"""Files that are too large, of the wrong kind, or not what they seem, sent to the import over HTTP."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator

import httpx2
import pytest

from services.crm.imports.model.spreadsheet import UNPACKED_BYTES
from shared.actor import Role
from shared.web.limits import MIB, UPLOAD_BYTES
from tests.api.scenes import Scene
from tests.support.api import code_of

BOUNDARY = "throughline"
MULTIPART = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}

pytestmark = pytest.mark.parametrize("scene", ["crm"], indirect=True)


async def test_21_mib_are_refused_unread_where_the_sender_says_so(scene: Scene) -> None:
    sent: list[int] = []
    declared = {**MULTIPART, "content-length": str(21 * MIB)}

    answer = await _manager(scene).post("/imports", content=_chunks(sent), headers=declared)

    assert (answer.status_code, code_of(answer)) == (413, "body_too_large")
    assert sum(sent) == 0


async def test_an_endless_file_is_refused_where_the_limit_is_passed(scene: Scene) -> None:
    before = await scene.digest()
    sent: list[int] = []

    answer = await _manager(scene).post("/imports", content=_chunks(sent), headers=MULTIPART)

    assert (answer.status_code, code_of(answer)) == (413, "body_too_large")
    assert answer.json()["mend"]
    assert sum(sent) <= UPLOAD_BYTES + 2 * MIB
    assert await scene.digest() == before


async def test_what_is_no_upload_is_refused(scene: Scene) -> None:
    before = await scene.digest()
    manager = _manager(scene)

    as_json = await manager.post("/imports", json={"files": ["a,b\n1,2\n"]})
    as_text = await manager.post("/imports", content=b"a,b\n1,2\n", headers={"content-type": "text/csv"})
    broken = await manager.post("/imports", content=b"no parts", headers=MULTIPART)

    assert {(one.status_code, code_of(one)) for one in (as_json, as_text)} == {(422, "invalid_request")}
    assert broken.status_code in (400, 422), broken.text
    assert await scene.digest() == before


async def test_a_workbook_that_would_fill_the_memory_is_refused_packed(scene: Scene) -> None:
    before = await scene.digest()
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(UNPACKED_BYTES // MIB + 1):
                sheet.write(bytes(MIB))
    assert bomb.tell() < UPLOAD_BYTES

    answer = await _manager(scene).post("/imports", files=[("files", ("deals.xlsx", bomb.getvalue()))])

    assert (answer.status_code, code_of(answer)) == (422, "workbook_too_large")
    assert answer.json()["mend"]
    assert await scene.digest() == before


def _manager(scene: Scene) -> httpx2.AsyncClient:
    return scene.story.api.as_(Role.SALES_MANAGER, subject="rita")


async def _chunks(sent: list[int]) -> AsyncIterator[bytes]:
    """30 MiB of one file, counted as they are taken."""
    head = f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="files"; filename="deals.csv"\r\n\r\n'.encode()
    for chunk in (head, *(b"x" * MIB for _ in range(30))):
        sent.append(len(chunk))
        yield chunk
