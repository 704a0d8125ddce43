"""The time behind an invoice stands on it, entry by entry, for the contracts whose customer asked for it."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from shared.actor import Role
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
    an_account,
    an_entry,
    an_issued_invoice,
)

ALPENGLOW = an_account()


async def worked(billing: Billing, *notes: str) -> UUID:
    """Have an hour and a half of Anna's for each note on a contract of Alpenglow."""
    line = a_time_line("100.00")
    sale = a_sale(line, account=ALPENGLOW)
    contract_id = await billing.sold(sale)
    days = [an_entry(line.line_id, 90, note=note, day=MONDAY.replace(day=2 + at)) for at, note in enumerate(notes)]
    await billing.hear(a_timesheet(sale, *days))
    return contract_id


async def wanted(billing: Billing, contract_id: UUID, role: Role = Role.BILLING_CLERK, **body: Any) -> Any:
    """Ask for the annex of a contract."""
    return await billing.as_(role).post(f"/contracts/{contract_id}/timesheet-annex", json={"is_wanted": True, **body})


async def printed(billing: Billing, invoice: Made, what: str = "pdf") -> list[str]:
    """What stands on each page of an invoice."""
    pdf = (await billing.as_(Role.AUDITOR).get(f"/invoices/{invoice['id']}/{what}")).content
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


async def test_the_entries_behind_the_lines_follow_the_invoice(billing: Billing) -> None:
    await billing.hear(a_person_known("anna", UUID(int=11)))
    contract_id = await worked(billing, "Workshop in Munich", "Minutes of it")
    assert (await wanted(billing, contract_id)).json()["is_wanted"] is True

    draft = await printed(billing, await a_draft(billing, contract_id), "preview")
    first, annex = await printed(billing, await an_issued_invoice(billing, contract_id))

    assert "Workshop" not in first
    for said in ("Timesheet INV-2026-00001", "C-00001 Data platform", "2 March 2026", "Anna Berg", "Minutes of it"):
        assert said in annex
    assert "Workshop in Munich" in annex and "1:30 h" in annex and "3:00 h" in annex
    assert "Workshop in Munich" in draft[1]


async def test_only_contracts_that_were_asked_for_are_on_the_annex_of_a_shared_invoice(billing: Billing) -> None:
    asked, other = await worked(billing, "Workshop"), await worked(billing, "Secret")
    await wanted(billing, asked)
    place = f"/customers/{ALPENGLOW.account_id}/invoice-preferences"
    await billing.as_(Role.BILLING_CLERK).post(place, json={"consolidation": "per_customer", "language": "de"})

    pages = await printed(billing, await an_issued_invoice(billing, other))

    assert len(pages) == 2
    assert "Leistungsnachweis INV-2026-00001" in pages[1] and "Workshop" in pages[1]
    assert "Secret" not in "".join(pages)


async def test_nobody_asked_or_nobody_asks_any_more_and_there_is_none(billing: Billing) -> None:
    contract_id = await worked(billing, "Workshop")
    shown = (await billing.as_(Role.AUDITOR).get(f"/contracts/{contract_id}/timesheet-annex")).json()
    await wanted(billing, contract_id)
    await wanted(billing, contract_id, is_wanted=False)

    assert shown["is_wanted"] is False
    assert len(await printed(billing, await an_issued_invoice(billing, contract_id))) == 1


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.BILLING_APPROVER, Role.CONSULTANT, Role.ADMINISTRATOR])
async def test_who_does_not_agree_terms_does_not_ask_for_it(billing: Billing, role: Role) -> None:
    contract_id = await worked(billing, "Workshop")

    assert code_of(await wanted(billing, contract_id, role)) == "not_permitted"
    assert await billing.rows("timesheet_annexes") == []


async def test_the_contract_of_another_firm_is_not_found(billing: Billing) -> None:
    place = f"/contracts/{await worked(billing, 'Workshop')}/timesheet-annex"
    stranger = billing.as_(Role.BILLING_CLERK, tenant=CANARY)

    answers = [await stranger.post(place, json={"is_wanted": True}), await stranger.get(place)]

    assert [code_of(answer) for answer in answers] == ["no_such_contract"] * 2
