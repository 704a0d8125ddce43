"""What operators do at a browser: put a message right with a second person, send events again, watch long work."""

from __future__ import annotations

import json

from shared.actor import Role, the_service
from shared.clock import wall_clock
from shared.contracts.resourcing import PersonChanged
from shared.ids import new_id
from shared.messaging.in_process import InProcess
from shared.messaging.relay import Relay
from shared.work import begin
from tests.shared.operations.conftest import CONSUMER, Crm
from tests.support.api import MERIDIAN, code_of
from tests.support.crm import CANARY
from tests.support.operations import a_person, as_payload, drained, nameless, whole

ASKED = {"hx-request": "true"}
READ = {"accept": "text/html"}
WHY = {"reason": "the name was left out"}


async def test_a_message_is_put_right_at_the_browser_by_two_people(crm: Crm) -> None:
    olga = crm.api.browser(Role.ADMINISTRATOR, subject="olga")
    otto = crm.api.browser(Role.ADMINISTRATOR, subject="otto")
    anna = a_person(new_id(), "Anna")
    (parked,) = await crm.arrive(nameless(anna))
    path = f"/ops/parked/{CONSUMER}/{parked}/copies"
    assert str(anna.person_id) in (await olga.get(f"{path}/new", headers=READ)).text

    broken = await olga.post(path, data={**WHY, "payload": "{"}, headers=ASKED)
    wrong = await olga.post(path, data={**WHY, "payload": "{}"}, headers=ASKED)
    right = await olga.post(path, data={**WHY, "payload": json.dumps(as_payload(anna))}, headers=ASKED)
    assert [(answer.status_code, code_of(answer)) for answer in (broken, wrong)] == [(422, "wrong_payload")] * 2
    copy = right.headers["hx-redirect"].removeprefix("/crm")
    own = await olga.post(f"{copy}/approval", data=WHY, headers=ASKED)
    assert (own.status_code, code_of(own)) == (403, "own_copy")
    assert "Approve and run" not in (await olga.get(copy, headers=READ)).text
    assert "Approve and run" in (await otto.get(copy, headers=READ)).text
    assert (await otto.post(f"{copy}/approval", data=WHY, headers=ASKED)).status_code == 204
    await drained(crm.database)

    assert await crm.names() == ["Anna"]
    assert "Approved" in (await otto.get("/ops/copies", headers=READ)).text


async def test_events_are_counted_before_they_are_sent_again_and_the_job_is_watched(crm: Crm) -> None:
    async with begin(crm.database, the_service("crm", MERIDIAN), wall_clock()) as work:
        work.publish(a_person(new_id(), "Anna"))
    while await Relay(crm.database, InProcess([])).once():
        pass
    olga = crm.api.browser(Role.ADMINISTRATOR, subject="olga")
    kind = PersonChanged.type

    counted = (await olga.get(f"/ops/replay?type={kind}", headers=READ)).text
    assert kind in counted
    assert "Send again" in counted
    said = {**WHY, "to": CONSUMER, "type": kind, "per_second": "100"}
    started = await olga.post("/ops/replay", data=said, headers=ASKED)
    job = started.headers["hx-redirect"].removeprefix("/crm")
    assert "operations.replay" in (await olga.get("/ops/jobs", headers=READ)).text
    assert (await olga.post(f"{job}/cancellation", headers=ASKED)).status_code == 204
    assert "Cancelled" in (await olga.get(f"{job}/progress", headers=READ)).text
    ended = await olga.post(f"{job}/cancellation", headers=ASKED)
    assert (ended.status_code, code_of(ended)) == (409, "job_ended")

    nothing = await olga.post("/ops/replay", data={**said, "last_day": "2001-01-01"}, headers=ASKED)
    assert (nothing.status_code, code_of(nothing)) == (409, "nothing_to_replay")
    refused = await crm.api.browser(Role.AUDITOR).post("/ops/replay", data=said, headers=ASKED)
    assert refused.status_code == 403


async def test_parked_messages_wait_for_operators_on_their_first_page(crm: Crm) -> None:
    olga, ruth = (crm.api.browser(role, subject="olga") for role in (Role.ADMINISTRATOR, Role.AUDITOR))
    assert "/crm/ops/parked" not in (await olga.get("/home/needs")).text

    await crm.arrive(nameless(a_person(new_id(), "Anna")), nameless(a_person(new_id(), "Ben")))

    waiting = (await olga.get("/home/needs")).text
    assert "/crm/ops/parked" in waiting and 'data-count="2"' in waiting
    assert "/crm/ops/parked" not in (await ruth.get("/home/needs")).text


async def test_who_is_shown_by_log_in_until_their_firm_has_said_their_name(crm: Crm) -> None:
    olga = crm.api.browser(Role.ADMINISTRATOR, subject="olga")
    await olga.post(f"/ops/consumers/{CONSUMER}/pause", data=WHY, headers=ASKED)
    await olga.post(f"/ops/consumers/{CONSUMER}/resume", data=WHY, headers=ASKED)
    elsewhere, here = (
        PersonChanged.model_validate({**a_person(new_id(), name).model_dump(), "subject_id": "olga"})
        for name in ("Olga <Away>", "Olga <Here>")
    )

    await crm.arrive(whole(elsewhere, tenant=CANARY))
    unknown = (await olga.get("/ops/trail", headers=READ)).text
    await crm.arrive(whole(here))
    known = (await olga.get("/ops/trail", headers=READ)).text

    assert '<span title="olga">olga</span>' in unknown
    assert '<span title="olga">Olga &lt;Here&gt;</span>' in known
    assert "Away" not in unknown + known
