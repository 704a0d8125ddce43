"""A deal that delivery returns and sales closes anew: one thread through all services, and nothing in it twice."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from services.delivery.handoffs.model import id_of_handoff
from shared.actor import Role, the_service
from shared.contracts.base import REGISTRY, Event
from shared.contracts.crm import OpportunityClosedWon
from shared.database import Database, connect
from shared.ids import new_id
from shared.messaging.reactions import NotReady
from shared.service import Service
from shared.work import begin
from tests.conftest import DatabaseFactory
from tests.support.api import MERIDIAN, Api, api
from tests.support.billing import Billing, a_legal_entity
from tests.support.crm import NOON, a_deal_ready_to_win, a_line, a_time_line

SAID = text("select id, type, payload from msg.outbox order by id")
ORDERS = 3


@dataclass(frozen=True)
class Member:
    """One service with its database and its HTTP interface."""

    service: Service
    database: Database
    api: Api

    async def said(self) -> list[tuple[Event, int]]:
        """Everything that it announced, each with its sequence."""
        async with self.database.sessions() as session:
            rows = (await session.execute(SAID)).all()
        return [(REGISTRY[row.type].model_validate_json(row.payload), row.id) for row in rows]

    async def hear(self, event: Event, sequence: int) -> None:
        """Let each of its reactions to the event run; raises NotReady."""
        for reaction in self.service.all_reactions:
            if reaction.event_type is type(event):
                async with begin(self.database, the_service(self.service.name, MERIDIAN), NOON) as work:
                    await reaction.handler(work, event, sequence)

    async def rows(self, table: str) -> list[Mapping[str, Any]]:
        """Every row of a table."""
        async with begin(self.database, the_service(self.service.name, MERIDIAN), NOON) as work:
            return [dict(row) for row in (await work.session.execute(text(f'select * from "{table}"'))).mappings()]


@dataclass(frozen=True)
class Firm:
    """The services side by side, and a messenger between them who may be clumsy."""

    members: Mapping[str, Member]

    def __getitem__(self, name: str) -> Member:
        return self.members[name]

    async def all_is_heard(self, clumsy: random.Random | None = None) -> None:
        """Bring everything that was ever said to everybody: in order, or twice in any order."""
        waiting = [(member, news) for member in self.members.values() for news in await self._news()]
        if clumsy:
            waiting += waiting
            clumsy.shuffle(waiting)
        while waiting:
            left = [told for told in waiting if not await _heard(*told)]
            assert len(left) < len(waiting), f"these wait for ever: {left}"
            waiting = left

    async def _news(self) -> Sequence[tuple[Event, int]]:
        return [news for member in self.members.values() for news in await member.said()]


async def _heard(member: Member, news: tuple[Event, int]) -> bool:
    try:
        await member.hear(*news)
    except NotReady:
        return False
    return True


@pytest.fixture
async def firm(service_database: DatabaseFactory) -> AsyncIterator[Firm]:
    """All services that a won deal moves, with a firm of ours that sells."""
    members = {}
    for name in ("crm", "delivery", "resourcing", "billing"):
        service: Service = import_module(f"services.{name}.service").service
        database = connect(name, service_database(name).app_url)
        members[name] = Member(service, database, api(service, database, clock=lambda: NOON))
    await a_legal_entity(Billing(members["billing"].database, members["billing"].api))
    yield Firm(members)
    for member in members.values():
        await member.database.engine.dispose()


async def put_right(rita: httpx2.AsyncClient, deal: Mapping[str, Any]) -> str:
    """Take the milestone out, sell ten hours more, name the order and close anew; gives the id of the new line."""
    here = f"/opportunities/{deal['id']}"
    milestone = next(line["id"] for line in deal["lines"] if line["method"] == "fixed_fee_milestone")
    await rita.delete(f"{here}/lines/{milestone}")
    more = await a_line(rita, deal["id"], a_time_line(description="Train the team", minutes=600))
    seen = await rita.get(here)
    await rita.patch(here, json={"purchase_order": "PO-9"}, headers={"if-match": seen.headers["etag"]})
    answer = await rita.post(f"{here}/close-anew", json={"correction": "No milestone any more; the order is there."})
    assert answer.status_code == 200, answer.text
    return str(more["lines"][-1]["id"])


@pytest.mark.parametrize("order", range(ORDERS))
async def test_a_deal_that_is_closed_anew_goes_its_way_once(firm: Firm, order: int) -> None:
    clumsy = random.Random(order) if order else None  # noqa: S311 - an order that a failure can name
    rita = firm["crm"].api.as_(Role.SALES_REP, subject="rita")
    paula = firm["delivery"].api.as_(Role.PROJECT_MANAGER, subject="paula")
    deal = await a_deal_ready_to_win(firm["crm"].api, rita)
    await rita.post(f"/opportunities/{deal['id']}/close-as-won", json={"quote_reference": "Q-7"})
    await firm.all_is_heard(clumsy)
    [first] = (await paula.get("/handoffs")).json()["items"]
    await paula.post(f"/handoffs/{first['id']}/return", json={"reasons": ["Who pays the milestone?"]})
    await firm.all_is_heard(clumsy)
    assert [contract["status"] for contract in await firm["billing"].rows("contracts")] == ["voided"]

    added = await put_right(rita, deal)
    await firm.all_is_heard(clumsy)

    [handoff] = (await paula.get("/handoffs")).json()["items"]
    shown = (await paula.get(f"/handoffs/{handoff['id']}")).json()
    hours = deal["lines"][0]["id"]
    assert (handoff["id"], handoff["opportunity_id"], handoff["state"]) == (first["id"], deal["id"], "open")
    assert (shown["revision"], shown["purchase_order"], shown["reasons"]) == (2, "PO-9", [])
    assert shown["correction"] == "No milestone any more; the order is there."
    assert {line["line_id"] for line in shown["lines"]} == {hours, added}

    project = (await paula.post(f"/handoffs/{handoff['id']}/acceptance", json={})).json()
    await firm.all_is_heard(clumsy)

    await _stands_once(firm, project["id"], lines={hours, added})
    thread = (await rita.get(f"/opportunities/{deal['id']}/thread")).json()
    assert (thread["handoff"]["state"], [one["project_id"] for one in thread["projects"]]) == (
        "accepted",
        [project["id"]],
    )


async def _stands_once(firm: Firm, project_id: str, *, lines: set[str]) -> None:
    """One project, one active contract over these lines with a rate each, one demand."""
    [contract] = await firm["billing"].rows("contracts")
    assert (contract["status"], str(contract["project_id"]), contract["purchase_order"]) == (
        "active",
        project_id,
        "PO-9",
    )
    assert {str(line["id"]) for line in await firm["billing"].rows("contract_lines")} == lines
    assert sorted(str(rate["contract_line_id"]) for rate in await firm["billing"].rows("rates")) == sorted(lines)
    assert [str(one["id"]) for one in await firm["delivery"].rows("projects")] == [project_id]
    [demand] = await firm["resourcing"].rows("deals")
    assert demand["won_work"] == [{"staffing_role": "Consultant", "minutes": 6000}]
    assert [one["minutes"] for one in await firm["resourcing"].rows("resource_requests")] == [6600]


async def test_the_thread_is_the_same_before_and_after(firm: Firm) -> None:
    rita = firm["crm"].api.as_(Role.SALES_REP, subject="rita")
    paula = firm["delivery"].api.as_(Role.PROJECT_MANAGER, subject="paula")
    deal = await a_deal_ready_to_win(firm["crm"].api, rita)
    await rita.post(f"/opportunities/{deal['id']}/close-as-won", json={"quote_reference": "Q-7"})
    await firm.all_is_heard()
    handoff = id_of_handoff((await firm["crm"].said())[-1][0].thread_id or new_id())
    await paula.post(f"/handoffs/{handoff}/return", json={"reasons": ["No order"]})
    await firm.all_is_heard()
    await put_right(rita, deal)

    won = [event for event, _ in await firm["crm"].said() if isinstance(event, OpportunityClosedWon)]

    assert {(one.thread_id, one.number, one.account.account_id) for one in won} == {
        (won[0].opportunity_id, deal["number"], won[0].account.account_id)
    }
    assert [one.revision for one in won] == [1, 2]
