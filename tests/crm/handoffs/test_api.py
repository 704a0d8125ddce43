"""What delivery returned is put right and closed anew, by its seller and nobody else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.crm.handoffs.model import HandoffState
from shared.actor import Role
from shared.contracts.base import Event
from shared.contracts.crm import OpportunityClosedWon
from shared.database import Database
from shared.ids import new_id
from tests.crm.thread.test_any_order import accepted, returned
from tests.support.api import Api, code_of
from tests.support.crm import (
    Made,
    a_deal_ready_to_win,
    a_line,
    a_milestone_line,
    a_time_line,
    an_account,
    an_opportunity,
    announced,
    hear,
)

ANEW = {"correction": "The purchase order is there."}


async def a_won_deal(crm: Api, rita: httpx2.AsyncClient) -> Made:
    """Have a deal that delivery decides on."""
    deal = await a_deal_ready_to_win(crm, rita)
    won = await rita.post(f"/opportunities/{deal['id']}/close-as-won", json={"quote_reference": "Q-7"})
    assert won.status_code == 200, won.text
    return dict(won.json())


async def a_won_milestone(rita: httpx2.AsyncClient) -> Made:
    """Have a deal over one milestone that delivery decides on."""
    account = await an_account(rita)
    deal = await an_opportunity(rita, account_id=account["id"])
    await a_line(rita, deal["id"], a_milestone_line())
    won = await rita.post(f"/opportunities/{deal['id']}/close-as-won", json={"quote_reference": "Q-1"})
    assert won.status_code == 200, won.text
    return dict(won.json())


async def a_returned_deal(crm: Api, database: Database, rita: httpx2.AsyncClient) -> Made:
    """Have a deal that delivery sent back."""
    deal = await a_won_deal(crm, rita)
    await hear(database, returned(UUID(deal["id"])), 1)
    return dict((await rita.get(f"/opportunities/{deal['id']}")).json())


async def last_told(database: Database) -> OpportunityClosedWon:
    return OpportunityClosedWon.model_validate((await announced(database))[-1].payload)


async def test_a_returned_deal_is_put_right_and_handed_over_once_more(crm: Api, database: Database) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await a_returned_deal(crm, database, rita)
    here, before = f"/opportunities/{deal['id']}", await last_told(database)
    milestone = next(line for line in deal["lines"] if line["method"] == "fixed_fee_milestone")

    await rita.delete(f"{here}/lines/{milestone['id']}")
    seen = await rita.get(here)
    await rita.patch(here, json={"purchase_order": "PO-9"}, headers={"if-match": seen.headers["etag"]})
    anew = await rita.post(f"{here}/close-anew", json=ANEW)

    assert anew.status_code == 200, anew.text
    told = await last_told(database)
    assert (told.opportunity_id, told.thread_id, told.number) == (
        before.opportunity_id,
        before.thread_id,
        before.number,
    )
    assert (told.revision, told.correction, before.revision) == (2, ANEW["correction"], 1)
    assert (told.purchase_order, told.quote_reference, told.closed_on) == ("PO-9", "Q-7", before.closed_on)
    assert [line.line_id for line in told.lines] == [before.lines[0].line_id]
    assert told.amount == 12_000
    shown = anew.json()
    assert (shown["outcome"], shown["revision"], shown["is_returned"]) == ("won", 2, False)
    assert [step["stage"] for step in shown["history"]] == ["prospecting", "won", "won"]
    handoff = (await rita.get(f"{here}/thread")).json()["handoff"]
    assert handoff["state"] == "closed_anew"


async def test_only_what_delivery_returned_is_closed_anew_and_only_once(crm: Api, database: Database) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    opened = await an_opportunity(rita)
    decided, taken, sent_back, lost = [await a_won_milestone(rita) for _ in range(4)]
    await hear(database, accepted(UUID(taken["id"]), new_id()), 1)
    for deal in (sent_back, lost):
        await hear(database, returned(UUID(deal["id"])), 1)
    await rita.post(f"/opportunities/{lost['id']}/close-as-lost", json={"reason": "no_budget"})
    once = await rita.post(f"/opportunities/{sent_back['id']}/close-anew", json=ANEW)
    before = await announced(database)

    for deal in (opened, decided, taken, sent_back, lost):
        refused = await rita.post(f"/opportunities/{deal['id']}/close-anew", json=ANEW)
        assert (refused.status_code, code_of(refused)) == (409, "handoff_not_returned")

    assert once.status_code == 200
    assert await announced(database) == before


async def test_nothing_of_a_won_deal_changes_unless_delivery_returned_it(crm: Api, database: Database) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await a_won_deal(crm, rita)
    here = f"/opportunities/{deal['id']}"
    line, added = deal["lines"][0]["id"], f"{here}/lines/{new_id()}"

    async def answers() -> list[int]:
        etag = (await rita.get(here)).headers["etag"]
        return [
            (await rita.patch(here, json={"next_step": "Call"}, headers={"if-match": etag})).status_code,
            (await rita.put(added, json=a_milestone_line())).status_code,
            (await rita.post(f"{here}/estimate", json={"roles": [a_role(line)]})).status_code,
            (await rita.post(f"{here}/stage", json={"stage": "proposal"})).status_code,
        ]

    assert await answers() == [409, 409, 409, 409]
    await hear(database, returned(UUID(deal["id"])), 1)
    assert await answers() == [200, 201, 200, 409]
    await rita.post(f"{here}/close-anew", json=ANEW)
    assert (await rita.delete(f"{here}/lines/{line}")).status_code == 409


def a_role(line: str) -> dict[str, Any]:
    return {"staffing_role": "Consultant", "minutes": 600, "line_id": line}


async def test_only_its_seller_or_a_manager_closes_it_anew_and_says_what_was_put_right(
    crm: Api, database: Database
) -> None:
    deal = await a_returned_deal(crm, database, crm.as_(Role.SALES_REP, subject="rita"))
    path, before = f"/opportunities/{deal['id']}/close-anew", await announced(database)

    for role, subject, status in (
        (Role.SALES_REP, "ralf", 404),
        (Role.AUDITOR, "ada", 403),
        (Role.CONSULTANT, "c", 403),
    ):
        assert (await crm.as_(role, subject=subject).post(path, json=ANEW)).status_code == status
    silent = await crm.as_(Role.SALES_MANAGER).post(path, json={"correction": ""})
    assert (silent.status_code, silent.json()["errors"][0]["pointer"]) == (422, "#/body/correction")
    assert await announced(database) == before
    assert (await crm.as_(Role.SALES_MANAGER).post(path, json=ANEW)).status_code == 200


async def test_what_it_takes_to_win_it_also_takes_to_close_anew(crm: Api, database: Database) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await a_returned_deal(crm, database, rita)
    here = f"/opportunities/{deal['id']}"
    for line in deal["lines"]:
        await rita.delete(f"{here}/lines/{line['id']}")
    before = await announced(database)

    refused = await rita.post(f"{here}/close-anew", json=ANEW)

    assert code_of(refused) == "deal_without_lines"
    assert (await rita.get(here)).json()["is_returned"] is True
    assert await announced(database) == before


async def test_an_estimate_that_was_made_of_the_lines_follows_them(crm: Api, database: Database) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    await a_deal_ready_to_win(crm, rita)  # puts the role into the price book
    account = await an_account(rita)
    deal = await an_opportunity(rita, account_id=account["id"])
    await a_line(rita, deal["id"], a_time_line())
    here = f"/opportunities/{deal['id']}"
    await rita.post(f"{here}/close-as-won", json={"quote_reference": "Q-1"})
    await hear(database, returned(UUID(deal["id"])), 1)

    await a_line(rita, deal["id"], a_time_line(minutes=600))
    await rita.post(f"{here}/close-anew", json=ANEW)

    assert [role.minutes for role in (await last_told(database)).estimate.roles] == [6000, 600]


ANSWERS = ("returned", "returned again", "accepted")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.sampled_from(ANSWERS), max_size=4).flatmap(lambda twice: st.permutations([*ANSWERS, *twice])))
async def test_however_late_and_often_delivery_is_heard_its_last_answer_counts(
    crm: Api, database: Database, order: list[str]
) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await a_won_milestone(rita)
    here, deal_id = f"/opportunities/{deal['id']}", UUID(deal["id"])
    first, project = returned(deal_id), new_id()
    news: dict[str, tuple[Event, int]] = {
        "returned": (first, 1),
        "returned again": (returned(deal_id), 2),
        "accepted": (accepted(deal_id, project), 3),
    }
    await hear(database, first, 1)
    await rita.post(f"{here}/close-anew", json=ANEW)
    await hear(database, first, 1)
    assert (await rita.get(here)).json()["is_returned"] is False

    for name in order:
        await hear(database, *news[name])

    handoff = (await rita.get(f"{here}/thread")).json()["handoff"]
    assert (handoff["state"], handoff["project_id"]) == (HandoffState.ACCEPTED, str(project))
    assert (await rita.post(f"{here}/close-anew", json=ANEW)).status_code == 409


async def test_a_deal_that_is_returned_again_is_put_right_again(crm: Api, database: Database) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await a_won_milestone(rita)
    for sequence in (1, 2, 3):
        await hear(database, returned(UUID(deal["id"])), sequence)
        anew = await rita.post(f"/opportunities/{deal['id']}/close-anew", json=ANEW)
        assert (anew.status_code, anew.json()["revision"]) == (200, sequence + 1)
