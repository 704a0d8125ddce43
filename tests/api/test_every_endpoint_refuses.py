"""Every operation of every service refuses whoever is not logged in, has no role, or belongs to another tenant.

What the services describe is asked for, so a new operation is tested on the day it is there. One that no request can
be made for fails here by name: give its story a body, or what the body speaks of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx2

from shared.actor import Role
from tests.api.operations import Operation
from tests.api.scenes import Scene
from tests.support.api import MERIDIAN, code_of
from tests.support.ledger import ERP

CONFLICT = 409
FOR_NOW = {403, CONFLICT, 412}  # not by this person, not in this state: the request itself is good
# Its address names what the entry is posted for; the entry's own id follows from that.
OF_NO_RECORD = {"PUT /journal-entries/{entry_id}"}
OF_AN_ERP = ("/ledger-batches/{batch_id}", "/ledger-chains/")
UUIDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Which lane an event takes follows from its id, and what waits grows older between two questions.
VARYING = re.compile(r'"pending":\d+,"oldest_age":(?:null|\d+),"last_run"|(?<=_age":)\d+|(?<=_gap":)\d+')


async def test_nobody_without_a_token_or_a_role_and_nothing_changes(scene: Scene) -> None:
    nobody, before = scene.story.api.as_(subject="nobody"), await scene.digest()

    for operation in scene.operations:
        request = scene.request(operation)
        unknown = await scene.story.api.anonymous.request(**request)
        assert (unknown.status_code, code_of(unknown)) == (401, "not_logged_in"), operation
        answer = await nobody.request(**request)
        expected = (404, "no_such_job") if operation.tag == "jobs" else (403, "not_permitted")
        assert (answer.status_code, code_of(answer)) == expected, f"{operation}: {answer.text}"
        assert await scene.digest() == before, operation


async def test_the_account_of_an_erp_changes_nothing_but_its_answers(scene: Scene) -> None:
    erp, before = scene.story.api.as_(Role.ERP, subject=ERP), await scene.digest()

    for operation in scene.operations:
        if operation.path.endswith("/acknowledgement") or operation.tag == "jobs":  # jobs are of whoever started them
            continue
        answer = await erp.request(**scene.request(operation))
        if operation.method == "GET" and operation.path.startswith(OF_AN_ERP):
            assert answer.is_success, f"{operation}: {answer.text}"
        elif str(operation) != "GET /ledger-batches":
            assert code_of(answer) == "not_permitted", f"{operation}: {answer.text}"
            assert await scene.digest() == before, operation


async def test_what_another_tenant_has_is_as_if_it_were_not_there(scene: Scene) -> None:
    before, unknown = await scene.digest(tenant=MERIDIAN), scene.unknown()
    curious, clueless = scene.strangers

    for operation in sorted(scene.operations, key=_reading_first):
        about_theirs = await curious.request(**scene.request(operation))
        about_nothing = await clueless.request(**scene.request(operation, unknown))
        assert _said(about_theirs) == _said(about_nothing), operation
        assert not [word for word in scene.story.words if word in about_theirs.text], (operation, about_theirs.text)

    assert await scene.digest(tenant=MERIDIAN) == before


async def test_what_is_there_is_not_made_again(scene: Scene) -> None:
    before = await scene.digest()

    for operation in scene.operations:
        if operation.method == "PUT" and str(operation) not in OF_NO_RECORD:
            answer = await scene.insider.request(**scene.request(operation))
            assert answer.status_code == CONFLICT, f"{operation}: {answer.text}"
            assert await scene.digest() == before, operation


async def test_whoever_may_is_answered(scene: Scene) -> None:
    served, refused = set(), []

    for operation in sorted(scene.operations, key=_reading_first):
        answer = await scene.insider.request(**scene.request(operation, _without_own(operation, scene.known)))
        if answer.is_success:
            served.add(operation.tag)
        elif answer.status_code not in ({CONFLICT} if operation.method == "GET" else FOR_NOW):
            refused.append(f"{operation}: {answer.text}")

    assert not [one for one in refused if "no_such_job" not in one]
    assert served | {"jobs"} >= {operation.tag for operation in scene.operations}


def _without_own(operation: Operation, known: Mapping[str, str]) -> dict[str, str]:
    """What is known but for the record itself, where the operation is there to make it."""
    own = operation.names[-1] if operation.method == "PUT" else None
    return {name: value for name, value in known.items() if name != own}


def _reading_first(operation: Operation) -> int:
    return {"DELETE": 1, "PUT": 2}.get(operation.method, 0)


def _said(answer: httpx2.Response) -> tuple[int, str]:
    """What an answer says but for ids and what follows from them; of a change, only that it was made."""
    if answer.is_success and answer.request.method != "GET":
        return answer.status_code, ""
    return answer.status_code, VARYING.sub("<varying>", UUIDS.sub("<id>", answer.text))
