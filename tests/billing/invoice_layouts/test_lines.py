"""What has a line of its own on a legal entity's invoices, and what a line says."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from services.billing.invoice_layouts.model import OF_LINES, UnknownPlaceholder, check_wording
from shared.actor import Role
from shared.ids import new_id
from tests.support.api import code_of
from tests.support.billing import (
    CANARY,
    MONDAY,
    Billing,
    Made,
    a_draft,
    a_person_known,
    a_sale,
    a_time_line,
    a_timesheet,
    an_entry,
)

ANNA, BORIS = UUID(int=11), UUID(int=12)


async def of_entity(billing: Billing) -> str:
    """Name the resource of the only legal entity's layout."""
    [entity] = await billing.rows("legal_entities")
    return f"/legal-entities/{entity['id']}/invoice-layout"


async def laid_out(billing: Billing, role: Role = Role.ADMINISTRATOR, **told: Any) -> Any:
    """Lay out the invoices of the only legal entity."""
    return await billing.as_(role).post(await of_entity(billing), json=told)


async def worked(billing: Billing) -> UUID:
    """Have three entries of two people on two days of one contract line."""
    await billing.hear(a_person_known("anna", ANNA))
    line = a_time_line("100.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    tuesday = MONDAY.replace(day=3)
    entries = [
        an_entry(line.line_id, 120, note="Workshop", task_id=UUID(int=8)),
        an_entry(line.line_id, 60, note="Minutes", day=tuesday),
        an_entry(line.line_id, 30, person_id=BORIS, note="Review", day=MONDAY.replace(day=4)),
    ]
    await billing.hear(a_timesheet(sale, *entries))
    return contract_id


def lines(draft: Made) -> list[tuple[str, int]]:
    """What the lines of a draft say, and of how many minutes."""
    return [(line["description"], line["minutes"]) for line in draft["lines"]]


async def test_without_a_layout_a_line_is_a_role_on_a_contract_line(billing: Billing) -> None:
    shown = (await billing.as_(Role.BILLING_CLERK).get(await of_entity(billing))).json()

    assert (shown["grouping"], shown["wording"]) == ("role", "{line}")
    assert lines(await a_draft(billing, await worked(billing))) == [("Data platform, Consultant", 210)]


@pytest.mark.parametrize(
    ("grouping", "minutes"),
    [("person", [180, 30]), ("project", [210]), ("task", [90, 120]), ("entry", [120, 60, 30]), ("line", [210])],
)
async def test_single_drafts_have_the_lines_of_the_layout(billing: Billing, grouping: str, minutes: list[int]) -> None:
    answer = await laid_out(billing, grouping=grouping)

    assert answer.is_success, answer.text
    made = [line["minutes"] for line in (await a_draft(billing, await worked(billing)))["lines"]]
    assert sorted(made) == sorted(minutes)


async def test_a_line_for_each_entry_says_what_was_done_when_and_by_whom(billing: Billing) -> None:
    await laid_out(billing, grouping="entry", wording="{from} {person}: {note} ({contract}, {purchase_order})")

    draft = await a_draft(billing, await worked(billing))

    assert lines(draft)[0] == ("2026-03-02 Anna Berg: Workshop (C-00001, PO-7781)", 120)
    assert [said.partition(":")[2] for said, _ in lines(draft)] == [
        " Workshop (C-00001, PO-7781)",
        " Minutes (C-00001, PO-7781)",
        " Review (C-00001, PO-7781)",
    ]


async def test_where_entries_of_a_line_differ_it_names_neither_person_nor_note(billing: Billing) -> None:
    await laid_out(billing, grouping="role", wording="{role}{person}{note} {from} to {to}")

    assert lines(await a_draft(billing, await worked(billing))) == [("Consultant 2026-03-02 to 2026-03-04", 210)]


@pytest.mark.parametrize(
    ("wording", "wrong"),
    [
        ("{salary}", "{salary}"),
        ("{line!r}", "{line!r}"),
        ("{line:>9999999}", "{line:>9999999}"),
        ("{line.__class__}", "{line.__class__}"),
        ("{line", "{line"),
        ("line}", "}"),
        ("{{line}}", "{}"),
        ("{}", "{}"),
    ],
)
async def test_what_cannot_be_filled_in_is_refused_with_the_list_of_what_can(
    billing: Billing, wording: str, wrong: str
) -> None:
    answer = await laid_out(billing, wording=wording)

    assert (answer.status_code, code_of(answer)) == (422, "unknown_placeholder")
    assert answer.json()["errors"][0]["pointer"] == "#/body/wording"
    assert answer.json()["detail"] == f"{wrong} cannot be filled in."
    assert all(f"{{{name}}}" in answer.json()["mend"] for name in OF_LINES)
    assert await billing.rows("invoice_layouts") == []


def test_everything_that_is_known_may_be_said_at_once() -> None:
    check_wording(" ".join(f"{{{name}}}" for name in OF_LINES))

    with pytest.raises(UnknownPlaceholder):
        check_wording("{Line}")


async def test_a_run_says_otherwise_for_itself(billing: Billing) -> None:
    await laid_out(billing, grouping="entry", wording="{note}")
    await worked(billing)
    clerk = billing.as_(Role.BILLING_CLERK)

    run = (await clerk.put(f"/billing-runs/{new_id()}", json={"up_to": "2026-03-31"})).json()
    other = (await clerk.put(f"/billing-runs/{new_id()}", json={"up_to": "2026-03-31", "grouping": "line"})).json()

    assert (run["grouping"], run["wording"], other["grouping"]) == (None, None, "line")


@pytest.mark.parametrize("role", [Role.BILLING_CLERK, Role.CONTROLLER, Role.AUDITOR, Role.CONSULTANT])
async def test_only_who_configures_lays_out(billing: Billing, role: Role) -> None:
    assert code_of(await laid_out(billing, role, grouping="entry")) == "not_permitted"
    assert await billing.rows("invoice_layouts") == []


async def test_the_layout_of_another_firm_is_not_found(billing: Billing) -> None:
    stranger = billing.as_(Role.ADMINISTRATOR, tenant=CANARY)
    place = await of_entity(billing)

    answers = [await stranger.post(place, json={"grouping": "entry"}), await stranger.get(place)]

    assert [code_of(answer) for answer in answers] == ["no_such_legal_entity"] * 2
    assert code_of(await billing.as_(Role.CONSULTANT).get(place)) == "not_permitted"
