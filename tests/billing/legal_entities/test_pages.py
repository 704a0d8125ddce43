"""Legal entities on their pages: set up, changed, taxed; and the chart that an administrator keeps."""

from __future__ import annotations

import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.support.billing import (
    Billing,
    Made,
    a_legal_entity_body,
    a_sale,
    a_time_line,
    a_timesheet,
    an_entry,
    an_issued_invoice,
)
from tests.support.ledger import ENTITY

HERE = "/legal-entities"
RULES = {
    f"tax_rules/{number}/{name}": value
    for number, rule in enumerate(a_legal_entity_body()["tax_rules"])
    for name, value in rule.items()
}
A_BOOK = {
    "tax_rules/3/territory": "domestic",
    "tax_rules/3/product": "Handbook",
    "tax_rules/3/category": "S",
    "tax_rules/3/rate": "7,0",
}
AN_EMPTY_ROW = {"tax_rules/4/territory": "", "tax_rules/4/product": "", "tax_rules/4/category": "S"}


def a_firm(**different: str) -> dict[str, str]:
    """Give what somebody types to set up a firm."""
    firm = {name: str(value) for name, value in a_legal_entity_body().items() if name != "tax_rules"}
    return firm | {"is_default": "true"} | RULES | different


def a_particulars(**different: str) -> dict[str, str]:
    """Give what somebody types to change a firm."""
    never = {"code", "country", "functional_currency", "is_default"}
    return {name: value for name, value in a_firm(**different).items() if "/" not in name and name not in never}


def by_key() -> dict[str, str]:
    return {"Idempotency-Key": str(new_id())}


async def rules_of(billing: Billing) -> dict[tuple[str, str], str]:
    return {(row["territory"], row["product"]): str(row["rate"]) for row in await billing.rows("tax_rules")}


async def the_entity(billing: Billing) -> Made:
    return dict((await billing.rows("legal_entities"))[0])


async def test_a_firm_is_set_up_with_taxes_and_books_and_its_chart_is_kept(bare_billing: Billing) -> None:
    administrator = bare_billing.api.browser(Role.ADMINISTRATOR)
    empty = await administrator.get(HERE)

    form = a_firm() | A_BOOK | AN_EMPTY_ROW
    made = await administrator.post(HERE, data=form, headers=by_key())
    page = await administrator.get(made.headers["location"].removeprefix("/billing"))
    chart = await administrator.get("/journal/chart")
    account = {"legal_entity": ENTITY, "code": "4010", "name": "Revenue of retainers", "kind": "income"}
    added = await administrator.post("/journal/chart/accounts", data=account, headers=by_key())

    assert "No legal entity yet" in empty.text
    assert (made.status_code, page.status_code, chart.status_code, added.status_code) == (303, 200, 200, 303)
    assert "Meridian Consulting GmbH" in page.text and f"/journal/chart?legal_entity={ENTITY}" in page.text
    assert (await rules_of(bare_billing))["domestic", "Handbook"] == "7.00"
    assert "4010" in (await administrator.get("/journal/chart")).text


@pytest.mark.parametrize(
    ("different", "field"),
    [
        ({"iban": "DE98370400440532013000"}, "iban"),
        ({"credit_note_series": "INV-2026-"}, "credit_note_series"),
        ({"tax_rules/0/rate": "0"}, "tax_rules/0"),
        ({"tax_rules/1/territory": ""}, "tax_rules"),
        ({"code": "no code"}, "code"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_set_up(
    bare_billing: Billing, different: dict[str, str], field: str
) -> None:
    administrator = bare_billing.api.browser(Role.ADMINISTRATOR)

    form = a_firm(**different)
    refused = await administrator.post(HERE, data=form, headers=by_key() | {"hx-request": "true"})

    assert [fault["pointer"].split("/", 2)[2] for fault in refused.json()["errors"]] == [field]
    assert await bare_billing.rows("legal_entities") == []


async def test_numbers_begin_anew_with_another_series_and_never_go_on_with_an_old_one(billing: Billing) -> None:
    line = a_time_line()
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id)))
    first = await an_issued_invoice(billing, contract_id)
    entity_id = (await the_entity(billing))["id"]
    administrator = billing.api.browser(Role.ADMINISTRATOR)
    here = f"{HERE}/{entity_id}/particulars"
    told = a_particulars(name="Meridian SE", invoice_series="INV-2027-", credit_note_series="CN-2027-")

    changed = await administrator.post(here, data=told)
    back = await administrator.post(here, data=told | {"invoice_series": "INV-2026-"})
    await billing.hear(a_timesheet(sale, an_entry(line.line_id)))
    second = await an_issued_invoice(billing, contract_id)

    assert (changed.status_code, back.status_code) == (303, 409)
    assert (await the_entity(billing))["name"] == "Meridian SE"
    assert (first["number"], second["number"]) == ("INV-2026-00001", "INV-2027-00001")


async def test_taxes_change_from_the_next_draft_on_and_keep_their_words_while_they_fit(billing: Billing) -> None:
    entity_id = (await the_entity(billing))["id"]
    said = {"texts": [{"territory": "abroad", "language": "de", "text": "Nicht steuerbar."}]}
    await billing.as_(Role.ADMINISTRATOR).post(f"{HERE}/{entity_id}/tax-texts", json=said)
    administrator = billing.api.browser(Role.ADMINISTRATOR)
    here = f"{HERE}/{entity_id}/tax-rules"

    more = await administrator.post(here, data=RULES | {"tax_rules/0/rate": "21"} | A_BOOK)
    texts = {row["territory"]: row["texts"] for row in await billing.rows("tax_rules") if not row["product"]}
    both = await rules_of(billing)
    fewer = await administrator.post(here, data=RULES | {"tax_rules/2/reference_text": "Abroad"})

    assert (more.status_code, fewer.status_code) == (303, 303)
    assert (both["domestic", ""], both["domestic", "Handbook"]) == ("21.00", "7.00")
    assert texts["abroad"] == {"de": "Nicht steuerbar."}
    assert {row["product"] for row in await billing.rows("tax_rules")} == {""}
    assert [row["texts"] for row in await billing.rows("tax_rules") if row["territory"] == "abroad"] == [{}]


async def test_another_firm_sells_by_default(billing: Billing) -> None:
    administrator = billing.api.browser(Role.ADMINISTRATOR)
    firm = a_firm(code="TWO", name="Second GmbH", invoice_series="TWO-") | {"is_default": ""}
    second = (await administrator.post(HERE, data=firm, headers=by_key())).headers["location"]

    answer = await administrator.post(f"{second.removeprefix('/billing')}/default")

    assert answer.status_code == 303
    assert {row["code"]: row["is_default"] for row in await billing.rows("legal_entities")} == {
        "MER": False,
        "TWO": True,
    }


async def test_who_bills_sees_a_firm_and_changes_nothing_of_it(billing: Billing) -> None:
    entity_id, before = (await the_entity(billing))["id"], await billing.digest()

    for role in set(Role) - {Role.ADMINISTRATOR}:
        browser = billing.api.browser(role)
        asked = [await browser.post(HERE, data=a_firm(code="TWO"), headers=by_key())]
        for part, form in (("particulars", a_particulars()), ("tax-rules", RULES), ("default", {})):
            asked.append(await browser.post(f"{HERE}/{entity_id}/{part}", data=form))
        assert {answer.status_code for answer in asked} == {403}, role
    seen = await billing.api.browser(Role.BILLING_CLERK).get(f"{HERE}/{entity_id}")

    assert "DE136695976" in seen.text and "particulars" not in seen.text
    assert await billing.digest() == before


async def test_who_sells_chooses_which_of_our_firms_contracts(billing: Billing) -> None:
    rita = billing.api.browser(Role.SALES_REP)

    offered = (await rita.get(f"{HERE}/choices?chosen=MER")).text
    assert '<option value="MER" selected>MER · Meridian Consulting GmbH</option>' in offered
    assert '<option value="OLD" selected>OLD</option>' in (await rita.get(f"{HERE}/choices?chosen=OLD")).text
    assert (await rita.get(HERE)).status_code == 403
    assert (await billing.api.browser(Role.CONSULTANT).get(f"{HERE}/choices")).status_code == 403
