"""What gets refused: by which rule, in which words, how it is mended, beside which field; and nothing changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.billing.bank_statements.test_api import a_statement, an_entry
from tests.support.billing import (
    MONDAY,
    ROLE,
    Billing,
    Made,
    a_draft,
    a_legal_entity_body,
    a_milestone_line,
    a_payment_body,
    a_sale,
    a_time_line,
    a_timesheet,
    an_issued_invoice,
)
from tests.support.billing import an_entry as a_day
from tests.support.ledger import ENTITY, MARCH, a_new_entry, closed, map_accounts, posted

CLERK, APPROVER, CONTROLLER = Role.BILLING_CLERK, Role.BILLING_APPROVER, Role.CONTROLLER


@dataclass(frozen=True)
class Asked:
    """What somebody asks for, over HTTP."""

    role: Role
    method: str
    path: str
    body: Made | None = None
    subject: str | None = None
    more: Made = field(default_factory=dict)

    async def answer(self, client: httpx2.AsyncClient) -> httpx2.Response:
        """Ask, as something that is done once."""
        headers = {"Idempotency-Key": str(new_id())}
        return await client.request(self.method, self.path, json=self.body, headers=headers, **self.more)


@dataclass(frozen=True)
class Typed:
    """The same in a form of a page: where the form stands, where it goes, what was typed."""

    role: Role
    page: str
    path: str
    data: Made
    more: Made = field(default_factory=dict)


@dataclass(frozen=True)
class Refusal:
    """How it is refused: status and code, words of what is said and of how to mend it, the field it is about."""

    status: int
    code: str
    says: str
    mend: str
    about: str | None = None
    beside: str | None = None


async def worked(billing: Billing) -> Any:
    """Have a day of a consultant to be billed, at 120 an hour; gives its contract."""
    line = a_time_line("120.00")
    sale = a_sale(line)
    contract_id = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, a_day(line.line_id, 480)))
    return contract_id


async def invoiced(billing: Billing) -> Made:
    """Have that day invoiced: 960.00 net, 1142.40 gross."""
    return await an_issued_invoice(billing, await worked(billing))


async def a_closed_month(billing: Billing) -> tuple[Asked, Typed]:
    await closed(billing, MARCH)
    entry = {"legal_entity": ENTITY, "currency": "EUR", "on": "2026-03-30", "text": "Audit"}
    sides = [{"account": "6000", "amount": "100.00"}, {"account": "2000", "amount": "-100.00"}]
    debit, credit = f"lines/{new_id()}", f"lines/{new_id()}"
    rows = {f"{debit}/account": "6000", f"{debit}/debit": "100", f"{credit}/account": "2000", f"{credit}/credit": "100"}
    return (
        Asked(CONTROLLER, "PUT", f"/journal-entries/{new_id()}", {**entry, "lines": sides}),
        Typed(CONTROLLER, "/journal/adjustments/new", "/journal/adjustments", {**entry, **rows}),
    )


async def an_issued_one(billing: Billing) -> Asked:
    invoice = await invoiced(billing)
    return Asked(CLERK, "POST", f"/invoices/{invoice['id']}/discard", {"reason": "A typing error"})


async def ones_own_invoice(billing: Billing) -> Asked:
    draft = await a_draft(billing, await worked(billing), subject="bella")
    return Asked(APPROVER, "POST", f"/invoices/{draft['id']}/approval", subject="bella")


async def more_than_billed(billing: Billing) -> tuple[Asked, Typed]:
    invoice, place = await invoiced(billing), "/credit-notes/drafts"
    body = {"invoice_id": invoice["id"], "reason": "Wrong", "lines": [{"position": 1, "minutes": 481}]}
    form = {"reason": "Wrong", "lines/0/position": "1", "lines/0/hours": "8:01"}
    here = f"/invoices/{invoice['id']}/credit"
    return Asked(CLERK, "POST", place, body), Typed(CLERK, here, here, form)


def a_rate(**different: str) -> Made:
    days = {"starts_on": MONDAY.isoformat(), "ends_before": "2026-04-01"}
    return {"scope": "firm", "staffing_role": ROLE, "hourly_rate": "95.50", "currency": "EUR", **days, **different}


async def another_rate(billing: Billing, **different: str) -> tuple[Asked, Typed]:
    """Have a rate for March, and ask for another one."""
    agreed = await billing.as_(CLERK).put(f"/rates/{new_id()}", json=a_rate())
    assert agreed.is_success, agreed.text
    wanted = a_rate(**different)
    return Asked(CLERK, "PUT", f"/rates/{new_id()}", wanted), Typed(CLERK, "/rates", "/rates", wanted)


async def an_overlap(billing: Billing) -> tuple[Asked, Typed]:
    return await another_rate(billing, starts_on="2026-03-31", ends_before="2026-05-01")


async def a_gap(billing: Billing) -> tuple[Asked, Typed]:
    return await another_rate(billing, starts_on="2026-04-02", ends_before="2026-05-01")


async def a_negative_cap(billing: Billing) -> Asked:
    line = a_milestone_line("8000.00").model_copy(update={"cap": 1000})
    contract_id = await billing.sold(a_sale(line))
    body = {
        "number": "CO-7",
        "approved_on": "2026-03-20",
        "effective_on": "2026-03-20",
        "client_approver": "Ms Berg",
        "reason": "Less is wanted",
        "lines": [{"line_id": str(line.line_id), "amount_delta": "0", "cap_delta": "-1000.01"}],
    }
    return Asked(CLERK, "PUT", f"/contracts/{contract_id}/amendments/{new_id()}", body)


async def an_unmapped_account(billing: Billing) -> Asked:
    await posted(billing, a_new_entry())
    await map_accounts(billing, "1300")
    body = {"legal_entity": ENTITY, "period": MARCH, "currency": "EUR"}
    return Asked(CONTROLLER, "POST", "/ledger-batches", body)


async def an_unknown_bank_line(billing: Billing) -> Asked:
    invoice = await invoiced(billing)
    body = {"customer_id": invoice["customer_id"], "allocations": []}
    return Asked(CLERK, "POST", f"/bank-lines/{new_id()}/assignment", body)


async def a_broken_camt_file(billing: Billing) -> tuple[Asked, Typed]:
    content = a_statement(an_entry(), an_entry(reference="TX-2", amount="twelve"))
    entity = (await billing.as_(CLERK).get("/legal-entities")).json()["items"][0]["id"]
    files, of_entity = [("files", ("statement.xml", content))], {"legal_entity_id": entity}
    return (
        Asked(CLERK, "POST", "/bank-files", more={"files": files, "params": of_entity}),
        Typed(CLERK, "/bank-statements", "/bank-statements", of_entity, {"files": files}),
    )


async def no_reason_for_no_tax(billing: Billing) -> Asked:
    rules = a_legal_entity_body()["tax_rules"]
    rules[1] = {**rules[1], "reference_text": ""}
    body = a_legal_entity_body(code="TWO", is_default=False, invoice_series="TWO-", tax_rules=rules)
    return Asked(Role.ADMINISTRATOR, "PUT", f"/legal-entities/{new_id()}", body)


async def a_third_currency(billing: Billing) -> tuple[Asked, Typed]:
    invoice = await invoiced(billing)
    body = a_payment_body(invoice, currency="CHF")
    typed = {name: said for name, said in body.items() if name != "allocations"}
    customer = f"/payments/new?customer={invoice['customer_id']}"
    form = {**typed, f"amounts/{invoice['id']}": invoice["gross"]}
    return Asked(CLERK, "PUT", f"/payments/{new_id()}", body), Typed(CLERK, customer, "/payments", form)


async def more_than_is_open(billing: Billing) -> tuple[Asked, Typed]:
    invoice = await invoiced(billing)
    body = a_payment_body(invoice, "1142.41")
    typed = {name: said for name, said in body.items() if name != "allocations"}
    customer = f"/payments/new?customer={invoice['customer_id']}"
    form = {**typed, f"amounts/{invoice['id']}": "1142.41"}
    return Asked(CLERK, "PUT", f"/payments/{new_id()}", body), Typed(CLERK, customer, "/payments", form)


Scene = Callable[[Billing], Awaitable[Asked | tuple[Asked, Typed]]]
ANY = "amounts/…"  # the field is named after an invoice
REFUSALS: dict[Scene, Refusal] = {
    a_closed_month: Refusal(409, "period_closed", "closed for 2026-03", "reopen", "/on", "on"),
    an_issued_one: Refusal(409, "issued_for_good", "was issued and will not change", "credit note"),
    ones_own_invoice: Refusal(403, "own_invoice", "that they prepared", "Ask somebody else"),
    more_than_billed: Refusal(409, "more_than_billed", "1 minutes", "fewer hours", "/lines/0", "lines/0/hours"),
    an_overlap: Refusal(
        409,
        "rate_overlaps",
        "95.50 EUR counts from 2026-03-02 to 2026-03-31",
        "End that rate",
        "/starts_on",
        "starts_on",
    ),
    a_gap: Refusal(409, "rate_leaves_gap", "ends on 2026-04-01", "days that meet", "/starts_on", "starts_on"),
    a_negative_cap: Refusal(422, "negative_term", "Blueprint with cap of -0.01", "nought or above", "/lines"),
    an_unmapped_account: Refusal(409, "unmapped_accounts", "4000", "Map each of them", "/target"),
    an_unknown_bank_line: Refusal(404, "no_such_bank_line", "no such line", "Bring in the statement"),
    a_broken_camt_file: Refusal(422, "malformed_statement", "no amount", "CAMT.053", "/files", "files"),
    no_reason_for_no_tax: Refusal(422, "tax_rule_contradicts", "reference text", "why no tax is due", "/tax_rules/1"),
    a_third_currency: Refusal(
        422,
        "payment_in_third_currency",
        "in CHF, INV-2026-00001 in EUR",
        "in the currency of the invoice",
        "/allocations/0/amount",
        ANY,
    ),
    more_than_is_open: Refusal(
        409, "more_than_open", "1142.40 EUR are open", "no more than what is open", "/allocations/0/amount", ANY
    ),
}


async def scene(billing: Billing, of: Scene) -> tuple[Asked, Typed | None]:
    """Set the scene; what is asked for, and typed where there is a form for it."""
    found = await of(billing)
    return found if isinstance(found, tuple) else (found, None)


@pytest.mark.parametrize("of", REFUSALS, ids=lambda of: of.__name__)
async def test_it_is_refused_by_name_with_how_to_mend_it_and_nothing_changes(billing: Billing, of: Scene) -> None:
    (asked, _), wanted = await scene(billing, of), REFUSALS[of]
    before = await billing.digest()

    answer = await asked.answer(billing.as_(asked.role, subject=asked.subject))

    said = answer.json()
    assert (answer.status_code, said["code"]) == (wanted.status, wanted.code)
    assert wanted.says in said["detail"] and wanted.mend in said["mend"]
    assert [one["pointer"] for one in said["errors"]] == ([f"#/body{wanted.about}"] if wanted.about else [])
    assert await billing.digest() == before


@pytest.mark.parametrize("of", [of for of, one in REFUSALS.items() if one.beside], ids=lambda of: of.__name__)
async def test_the_page_says_it_beside_the_field(billing: Billing, of: Scene) -> None:
    (_, typed), wanted = await scene(billing, of), REFUSALS[of]
    assert typed is not None
    browser = billing.api.browser(typed.role)
    before = await billing.digest()

    form = (await browser.get(typed.page)).text
    headers = {"hx-request": "true", "Idempotency-Key": str(new_id())}
    answer = await browser.post(typed.path, data=typed.data, headers=headers, **typed.more)

    said = answer.json()
    [pointer] = [one["pointer"].removeprefix("#/body/") for one in said["errors"]]
    assert (answer.status_code, said["code"]) == (wanted.status, wanted.code)
    assert pointer == wanted.beside or (wanted.beside is ANY and pointer.startswith("amounts/"))
    assert f'data-field="{pointer}"' in form
    assert await billing.digest() == before
