"""Dunning: proposed by itself, sent by a person, each step once, nobody who is paused, and the letter says it all."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx2
import pytest

from services.billing.dunning.actions import PROPOSE_DUNNING, send_notices
from shared.actor import Role
from shared.contracts.claims import DunningLetterSent
from shared.ids import new_id
from shared.jobs import Job
from tests.billing.payments.test_api import balances
from tests.support.api import code_of
from tests.support.billing import Billing, Made, a_payment, an_issued_credit
from tests.support.claims import A_PLAN, JUNE, a_late_invoice, prefers, printed
from tests.support.ledger import sent
from tests.support.statements import statements

STEPS = A_PLAN["steps"]
A_TEXT = {"title": "Mahnung", "text": "Bitte zahlen Sie."}


async def planned(billing: Billing, invoice: Made, steps: Any = STEPS, *, role: Role = Role.CONTROLLER) -> Any:
    body = {"legal_entity_id": invoice["legal_entity_id"], "steps": steps}
    return await billing.as_(role).put(f"/dunning-plans/{new_id()}", json=body)


async def proposed(billing: Billing, invoice: Made) -> list[Made]:
    """Look at what is late now, and give what waits."""
    clerk = billing.as_(Role.BILLING_CLERK)
    body = {"legal_entity_id": invoice["legal_entity_id"]}
    assert (await clerk.post("/dunning-notices/proposals", json=body)).is_success
    return list((await clerk.get("/dunning-notices")).json()["items"])


async def dunned(billing: Billing, *notices: Made) -> httpx2.Response:
    body = {"notice_ids": [one["id"] for one in notices]}
    return await sent(billing.as_(Role.BILLING_CLERK, subject="bella"), "/dunning-notices/sending", body)


async def paused(billing: Billing, **of: Any) -> httpx2.Response:
    body = {"reason": "Disputed", **of}
    return await billing.as_(Role.BILLING_CLERK).put(f"/dunning-pauses/{new_id()}", json=body)


async def test_a_day_proposes_what_is_late_by_itself_and_the_same_day_nothing_more(june: Billing) -> None:
    invoice = await a_late_invoice(june)
    await planned(june, invoice)
    job = Job(UUID(int=1), PROPOSE_DUNNING.name, {}, {}, 0, 0)

    for _ in range(2):
        async with june.work(at=JUNE) as work:
            progress = await PROPOSE_DUNNING.step(work, job)

    waiting = (await june.as_(Role.AUDITOR).get("/dunning-notices")).json()["items"]
    assert [(one["number"], one["step"], one["open"]) for one in waiting] == [(invoice["number"], 1, "1142.40")]
    assert progress.cursor is None


async def test_what_is_sent_is_one_letter_a_customer_and_says_what_is_open(june: Billing) -> None:
    first, second = [await a_late_invoice(june, account_id=UUID(int=5)) for _ in range(2)]
    other = await a_late_invoice(june)
    await a_payment(june, first, "142.40", received_on="2026-05-01")
    await planned(june, first)

    letters = (await dunned(june, *await proposed(june, first))).json()

    assert sorted((one["open"], one["fee"], one["title"]) for one in letters) == [
        ("1142.40", "5.00", "Friendly reminder"),
        ("2142.40", "5.00", "Friendly reminder"),
    ]
    [both] = [one for one in letters if one["customer_id"] == first["customer_id"]]
    auditor = june.as_(Role.AUDITOR)
    shown = (await auditor.get(f"/dunning-letters/{both['id']}")).json()
    assert {one["number"] for one in shown["claims"]} == {first["number"], second["number"]}
    document = await auditor.get(f"/dunning-letters/{both['id']}/document")
    assert (document.headers["content-type"], document.content[:5]) == ("application/pdf", b"%PDF-")
    events = await june.announced(DunningLetterSent)
    assert sorted(len(event.claims) for event in events) == [1, 2]
    assert other["number"] in {claim.number for event in events for claim in event.claims}


async def test_many_letters_take_as_many_statements_as_one(june: Billing) -> None:
    taken = []
    for count in (1, 1, 20):  # the first one finds nothing known yet
        invoices = [await a_late_invoice(june) for _ in range(count)]
        await planned(june, invoices[0])
        waiting = await proposed(june, invoices[0])
        async with june.work(at=JUNE) as work:
            with statements(june.database) as seen:
                letters = await send_notices(work, [UUID(one["id"]) for one in waiting])
        assert len(letters) == count
        taken.append(len(seen))

    assert taken[2] == taken[1]


async def test_a_letter_is_in_the_customers_language_where_its_step_is_said_in_it(june: Billing) -> None:
    german, french = await a_late_invoice(june), await a_late_invoice(june)
    await prefers(june, german, "de")
    await prefers(june, french, "fr")
    await planned(june, german)
    waiting = await proposed(june, german)

    letters = (await dunned(june, *waiting)).json()

    titles = {"de": "Zahlungserinnerung", "en": "Friendly reminder"}
    assert {one["title"] for one in waiting} == set(titles.values())
    assert {one["language"]: one["title"] for one in letters} == titles
    said = {one["language"]: await printed(june, f"/dunning-letters/{one['id']}/document") for one in letters}
    for words in (
        "Bitte zahlen Sie 1.147,40 EUR, Alpenglow AG.",
        "Offene Rechnungen am 1. Juni 2026",
        "Mahngebühr 5,00",
        "31. März 2026",
        "Zu zahlen EUR 1.147,40",
        "Seite 1 von 1",
    ):
        assert words in said["de"]
    for words in ("Maybe you forgot.", "Fee for this reminder 5.00", "To pay EUR 1,147.40", "Page 1 of 1"):
        assert words in said["en"]


async def test_without_a_language_of_the_customers_own_it_is_that_of_the_legal_entity(june: Billing) -> None:
    invoice = await a_late_invoice(june)
    await planned(june, invoice)
    place = f"/legal-entities/{invoice['legal_entity_id']}/invoice-layout"
    for language in ("de", "fr"):
        assert (await june.as_(Role.ADMINISTRATOR).post(place, json={"language": language})).is_success
        [notice] = await proposed(june, invoice)
        assert notice["title"] == "Zahlungserinnerung"

    [letter] = (await dunned(june, notice)).json()

    assert letter["language"] == "de"


async def test_a_fee_is_asked_for_and_not_posted(june: Billing) -> None:
    invoice = await a_late_invoice(june)
    await planned(june, invoice)
    before = await balances(june, "1200", "4000", "2200")

    await dunned(june, *await proposed(june, invoice))

    assert await balances(june, "1200", "4000", "2200") == before


async def test_a_step_is_taken_once_and_the_next_one_waits_for_its_days(june: Billing) -> None:
    invoice = await a_late_invoice(june)
    await planned(june, invoice)
    [notice] = await proposed(june, invoice)

    answers = await asyncio.gather(*(dunned(june, notice) for _ in range(3)))

    assert sorted(answer.status_code for answer in answers) == [200, 404, 404]
    assert await proposed(june, invoice) == []
    assert len(await june.announced(DunningLetterSent)) == 1


async def test_what_is_left_out_counts_as_taken(june: Billing) -> None:
    invoice = await a_late_invoice(june)
    await planned(june, invoice)
    [notice] = await proposed(june, invoice)
    body = {"notice_ids": [notice["id"]], "reason": "Called them"}

    left_out = await sent(june.as_(Role.BILLING_CLERK), "/dunning-notices/exclusions", body)

    assert left_out.status_code == 204
    assert await proposed(june, invoice) == []
    assert code_of(await dunned(june, notice)) == "no_such_notice"


async def test_whoever_is_paused_is_not_proposed_until_the_pause_is_lifted(june: Billing) -> None:
    invoice, other = await a_late_invoice(june), await a_late_invoice(june)
    await planned(june, invoice)
    pauses = [
        await paused(june, invoice_id=invoice["id"]),
        await paused(june, customer_id=other["customer_id"], ends_on="2026-06-01"),
        await paused(june, customer_id=other["customer_id"], ends_on="2026-05-31"),
    ]

    assert await proposed(june, invoice) == []
    lifted = await june.as_(Role.BILLING_CLERK).post(f"/dunning-pauses/{pauses[0].json()['id']}/lifting")
    again = await june.as_(Role.BILLING_CLERK).post(f"/dunning-pauses/{pauses[0].json()['id']}/lifting")

    assert (lifted.status_code, code_of(again)) == (204, "no_such_pause")
    assert [one["number"] for one in await proposed(june, invoice)] == [invoice["number"]]


async def test_what_speaks_against_a_notice_comes_first_and_a_pause_stops_the_letter(june: Billing) -> None:
    plain, disputed, rich = [await a_late_invoice(june) for _ in range(3)]
    await planned(june, plain)
    await proposed(june, plain)
    await paused(june, invoice_id=disputed["id"])
    await a_payment(june, rich, allocations=[], paid="50.00", received_on="2026-05-01")

    waiting = await proposed(june, plain)
    paused_one = next(one for one in waiting if one["paused"])

    assert waiting[2]["number"] == plain["number"]
    assert {(one["paused"], one["credit"]) for one in waiting} == {
        ("Disputed", "0.00"),
        (None, "50.00"),
        (None, "0.00"),
    }
    assert code_of(await dunned(june, paused_one, waiting[2])) == "dunning_paused"
    assert await june.announced(DunningLetterSent) == []
    assert (await dunned(june, waiting[2])).is_success


async def test_what_was_settled_meanwhile_is_no_longer_proposed_and_never_sent(june: Billing) -> None:
    invoice, credited = await a_late_invoice(june), await a_late_invoice(june)
    await planned(june, invoice)
    waiting = await proposed(june, invoice)
    await a_payment(june, invoice, received_on="2026-05-01")
    await an_issued_credit(june, credited)

    assert await proposed(june, invoice) == []
    assert code_of(await dunned(june, *waiting)) == "nothing_late"
    assert await june.announced(DunningLetterSent) == []


async def test_what_we_owe_for_a_credited_invoice_that_was_paid_is_shown_as_credit(june: Billing) -> None:
    late, paid = [await a_late_invoice(june, account_id=UUID(int=5)) for _ in range(2)]
    await a_payment(june, paid, received_on="2026-05-01")
    await an_issued_credit(june, paid)
    await planned(june, late)

    [notice] = await proposed(june, late)

    assert (notice["number"], notice["credit"]) == (late["number"], "1142.40")


async def test_what_does_not_fit_is_refused_and_nothing_is_kept(june: Billing) -> None:
    invoice = await a_late_invoice(june)
    before = await june.digest()

    answers = {
        "steps_out_of_order": await planned(june, invoice, [STEPS[1], STEPS[0]]),
        "fee_out_of_range": await planned(june, invoice, [{**STEPS[0], "fee": "1000.01"}]),
        "unsaid_in_own_language": await planned(june, invoice, [{**STEPS[0], "texts": {"de": A_TEXT}}]),
        "unknown_in_letter": await planned(june, invoice, [{**STEPS[0], "texts": {"en": {**A_TEXT, "text": "{x}"}}}]),
        "invalid_request": await planned(june, invoice, [{**STEPS[0], "texts": {"xx": A_TEXT}}]),
        "no_such_legal_entity": await planned(june, {"legal_entity_id": str(new_id())}),
        "customer_or_invoice": await paused(june),
        "no_such_customer": await paused(june, customer_id=str(new_id())),
        "no_such_receivable": await paused(june, invoice_id=str(new_id())),
        "no_such_notice": await dunned(june, {"id": str(new_id())}),
    }

    assert {code: code_of(answer) for code, answer in answers.items()} == {code: code for code in answers}
    assert await june.digest() == before


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.BILLING_APPROVER, Role.CONSULTANT, Role.ERP])
async def test_only_a_clerk_or_a_controller_sends_or_pauses(june: Billing, role: Role) -> None:
    invoice = await a_late_invoice(june)
    await planned(june, invoice)
    [notice] = await proposed(june, invoice)
    somebody = june.as_(role)

    answers = [
        await sent(somebody, "/dunning-notices/sending", {"notice_ids": [notice["id"]]}),
        await somebody.put(f"/dunning-pauses/{new_id()}", json={"invoice_id": invoice["id"], "reason": "No"}),
    ]

    assert [code_of(answer) for answer in answers] == ["not_permitted"] * 2


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.BILLING_CLERK, Role.ERP])
async def test_only_approvers_and_controllers_say_the_steps(june: Billing, role: Role) -> None:
    assert code_of(await planned(june, await a_late_invoice(june), role=role)) == "not_permitted"
