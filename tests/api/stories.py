"""What MERIDIAN has done in each service, so that every address of it has something to be about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from uuid import UUID

from shared.actor import Role
from shared.clock import Clock
from shared.contracts.crm import BillingMethod
from shared.database import Database
from shared.ids import new_id
from tests.support import billing as books
from tests.support import (
    claims,
    crm,
    crm_imports,
    delivery,
    exchange_rates,
    ledger,
    measured,
    news_for_delivery,
    rated,
    resourcing,
)
from tests.support.api import MERIDIAN, Api, api

STRANGERS = (UUID("0198c0de-0000-7000-8000-00000005746e"), UUID("0198c0de-0000-7000-8000-00000005746f"))
Bodies = Mapping[str, Any]
A_PRODUCT = {"code": "BLUEPRINT", "name": "Blueprint", "kind": "fixed_fee"}
A_WEEK = {"starts_on": "2026-03-02", "ends_before": "2026-03-09"}
A_CALENDAR = {"starts_on": "2026-07-01", "minutes_by_weekday": resourcing.FULL_WEEK, "country": "DE"}
AN_ADJUSTMENT = {
    "legal_entity": ledger.ENTITY,
    "currency": "EUR",
    "on": "2026-03-31",
    "text": "Put right",
    "lines": [{"account": "1300", "amount": "5.00"}, {"account": "4000", "amount": "-5.00"}],
}
AN_AMENDMENT = {
    "number": "CO-2",
    "approved_on": "2026-03-20",
    "effective_on": "2026-04-01",
    "client_approver": "Clara Vogt",
    "reason": "Longer",
    "lines": [],
    "new_ends_before": "2026-08-01",
}
BODIES_OF_BILLING: Bodies = {
    **books.BODIES_OF_FIRMS,
    **books.BODIES_OF_LOOKS,
    "PUT /journal-entries/{entry_id}": AN_ADJUSTMENT,
    "PUT /webhooks/{webhook_id}": {"url": "https://a.example/", "secret": ledger.SECRET, "kinds": [ledger.TOLD]},
    "POST /webhooks/{webhook_id}/secret": {"secret": ledger.SECRET},
    "POST /contracts/{contract_id}/deposits": {"amount": "100.00"},
    "PUT /contracts/{contract_id}/amendments/{amendment_id}": AN_AMENDMENT,
    **claims.BODIES_OF_CLAIMS,
    **rated.BODIES_OF_WORK,
    **exchange_rates.BODIES_OF_RATES,
    **measured.BODIES_OF_REVENUE,
}
SPENT = {
    **{"day": "2026-03-02", "category": "travel", "description": "Train", "receipt": "1.pdf"},
    **{"receipt_currency": "EUR", "receipt_net": "100"},
}
CHANGED = {"title": "Longer", "reason": "Workshop", "effective_on": "2026-03-09", "new_ends_before": "2026-09-01"}


@dataclass(frozen=True)
class Story:
    """What was done, and how to find and name it.

    `insider` is the log-in whose own records these are. `words` are said by MERIDIAN's records only. `places` tells
    table and column of a record by the name that parameters and fields give it, and `named` what is no record.
    `bodies` are those of operations whose description does not tell what goes together.
    """

    api: Api
    insider: str
    words: tuple[str, ...]
    places: Mapping[str, str]
    named: Mapping[str, str] = field(default_factory=dict)
    bodies: Bodies = field(default_factory=dict)


async def of_crm(database: Database) -> Story:
    """A deal ready to be won, whom it is with, what is sold, and an import with a rejected line."""
    served = _served("crm", database, lambda: crm.NOON)
    rita = served.as_(Role.SALES_MANAGER, subject="rita")
    deal = await crm.a_deal_ready_to_win(served, rita)
    contact = {"name": "Ms Berger", "email": "berger@alpenglow.example"}
    await crm.made(rita, f"/accounts/{deal['account_id']}/contacts/{new_id()}", contact)
    await crm.made(rita, f"/sales-people/{new_id()}", {"name": "Ines Keller", "subject": "ines"})
    deals = crm_imports.the_files(crm_imports.a_deal("D1", close_date="never"))
    await crm_imports.imported(rita, database, deals, dry_run="true")
    await crm_imports.prepared(served.browser(Role.SALES_MANAGER, subject="rita"), deals)
    return Story(
        served,
        "rita",
        words=("Alpenglow", "Berger", "Data platform"),
        places={
            "account_id": "accounts.id",
            "contact_id": "contacts.id",
            "sales_person_id": "sales_people.id",
            **{"product_id": "products.id", "price_id": "prices.id"},
            "opportunity_id": "opportunities.id",
            "line_id": "opportunity_lines.id",
            **{"import_id": "imports.id", "preparation_id": "import_preparations.id"},
            "record_id": "accounts.id",
            "job_id": "msg.job.id",
        },
        named={"code": "proposal", "stage": "proposal", "file": "sales_pipeline", "staffing_role": "Consultant"},
        bodies={
            "POST /stages/{code}/weight": {"probability": "0.5", "forecast_category": "pipeline"},
            "PUT /products/{product_id}": A_PRODUCT,
            "PATCH /products/{product_id}": A_PRODUCT,
            "PUT /opportunities/{opportunity_id}/lines/{line_id}": crm.a_time_line(minutes=60),
            "POST /opportunities/{opportunity_id}/close-as-won": {"quote_reference": "Q-1"},
        },
    )


async def of_delivery(database: Database) -> Story:
    """A deal taken over by Paula, and her week on its project, handed in; strangers have a Paula too."""
    served = delivery.Delivery(database, _served("delivery", database, lambda: delivery.NOW))
    for tenant in (MERIDIAN, *STRANGERS):
        await served.hear(news_for_delivery.a_person(subject="paula", name="Paula Manager"), tenant=tenant)
    project = await delivery.a_project(served)
    worked = {"task_id": delivery.a_task_of(project), "day": "2026-03-02", "minutes": 480, "note": "Workshop"}
    await crm.made(served.manager, f"/time-entries/{new_id()}", worked)
    await served.manager.post("/timesheets/submission", json={"week_starts_on": "2026-03-02"})
    await do_the_rest(served, project["id"], delivery.a_task_of(project))
    template = {"code": "own", "name": "Own way", "tasks": [{"key": "a", "phase": "A", "name": "A", "share": 1}]}
    await served.manager.put(f"/project-templates/{new_id()}", json=template)
    return Story(
        served.api,
        "paula",
        words=("Alpenglow", "Berger", "Data platform", "Workshop"),
        places={
            "handoff_id": "handoffs.id",
            "template_id": "project_templates.id",
            "project_id": "projects.id",
            "task_id": "time_entries.task_id",
            "milestone_id": "milestones.id",
            "entry_id": "time_entries.id",
            "timesheet_id": "timesheets.id",
            "timer_id": "timers.id",
            "report_id": "expense_reports.id",
            "expense_id": "expenses.id",
            "change_order_id": "change_orders.id",
            "measurement_id": "progress_measurements.id",
            "record_id": "projects.id",
        },
        named={"week_starts_on": "2026-03-02", "day": "2026-03-09", "accepted_on": "2026-03-09", "code": "own"},
        bodies={
            "PUT /project-templates/{template_id}": {**template, "code": "other"},
            "PUT /expense-reports/{report_id}/expenses/{expense_id}": {**SPENT, "receipt": "2.pdf"},
            "PUT /change-orders/{change_order_id}": {**CHANGED, "project_id": "{project_id}", "title": "Other"},
            "PATCH /change-orders/{change_order_id}": CHANGED,
            "PUT /progress/{measurement_id}": {"project_id": "{project_id}", "method": "hours"},
        },
    )


async def do_the_rest(served: delivery.Delivery, project_id: str, task_id: str) -> None:
    """Have Paula start her timer, report an expense on her project, draft a change order, and measure progress."""
    await served.api.browser(Role.PROJECT_MANAGER, subject="paula").post(f"/timer/start/{task_id}")
    report = f"/expense-reports/{new_id()}"
    await crm.made(served.manager, report, {"project_id": project_id, "title": "Workshop"})
    await crm.made(served.manager, f"{report}/expenses/{new_id()}", SPENT)
    await crm.made(served.manager, f"/change-orders/{new_id()}", {**CHANGED, "project_id": project_id})
    await crm.made(served.manager, f"/progress/{new_id()}", {"project_id": project_id, "method": "milestone"})


async def of_resourcing(database: Database) -> Story:
    """Anna at work on a project that wants one more, and her leave; strangers have an Anna too, by another name."""
    served = resourcing.Resourcing(database, _served("resourcing", database, lambda: resourcing.MORNING))
    project = new_id()
    await served.hear(resourcing.a_project_opened(project))
    await served.hear(resourcing.a_staffing_request(project, minutes=600))
    async with served.work() as work:
        anna = await resourcing.a_person(work, subject="anna", skills={"python": 3}, cost="83.17")
        await resourcing.book_on(work, anna, project, 60)
    for tenant in STRANGERS:
        async with served.work(tenant=tenant) as work:
            await resourcing.a_person(work, "Somebody", subject="anna")
    asked = {"starts_on": "2026-04-07", "ends_before": "2026-04-10"}
    await served.as_(Role.CONSULTANT, subject="anna").put(f"/time-off/{new_id()}", json=asked)
    return Story(
        served.api,
        "anna",
        words=("Alpenglow", "Anna", "Data platform", "83.17"),
        places={
            "role_id": "staffing_roles.id",
            "person_id": "people.id",
            "rate_id": "cost_rates.id",
            "calendar_id": "work_calendars.id",
            "time_off_id": "time_off.id",
            "request_id": "resource_requests.id",
            "booking_id": "bookings.id",
            "project_id": "projects.id",
            "record_id": "people.id",
        },
        named={**A_WEEK, "skill": "python", "level": "2", "staffing_role": "Consultant", "practice": "Data"},
        bodies={
            "PUT /bookings/{booking_id}": {"person_id": "{person_id}", "request_id": "{request_id}", "kind": "soft"},
            "PUT /people/{person_id}/calendars/{calendar_id}": A_CALENDAR,
        },
    )


PLACES_OF_BILLING = {
    "legal_entity_id": "legal_entities.id",
    "contract_id": "contracts.id",
    "contract_ids": "contracts.id",
    "billing_run_id": "billing_runs.id",
    "amendment_id": "amendments.id",
    "contract_line_id": "contract_lines.id",
    "item_id": "billable_items.id",
    "item_ids": "billable_items.id",
    "invoice_id": "invoices.id",
    "credit_note_id": "credit_notes.id",
    "run_id": "recognition_runs.id",
    "line_id": "recognised_lines.id",
    "account_id": "ledger_accounts.id",
    "entry_id": "journal_entries.id",
    "batch_id": "export_batches.id",
    "receiver_id": "batch_receivers.id",
    "webhook_id": "webhooks.id",
    "delivery_id": "webhook_deliveries.id",
    "mapping_id": "account_mappings.id",
    "settings_id": "feed_settings.id",
    **measured.PLACES_OF_REVENUE,
    **rated.PLACES_OF_WORK,
    **exchange_rates.PLACES_OF_RATES,
    **claims.PLACES_OF_CLAIMS,
    "customer_id": "customers.id",
    "record_id": "invoices.id",
}


async def of_billing(database: Database) -> Story:
    """A month of a contract: worked, invoiced, recognised, sealed."""
    served = books.Billing(database, _served("billing", database, lambda: books.NOON))
    await books.a_logo(served, await books.a_legal_entity(served))
    await ledger.map_accounts(served)
    await ledger.appoint_erp(served)
    await ledger.set_up_feeds(served)
    await ledger.listen(served)
    contract_id = await a_month_of_work(served)
    await rated.what_is_agreed(served, contract_id)
    await served.as_(Role.BILLING_CLERK).put(f"/billing-runs/{new_id()}", json={"up_to": "2026-03-31"})
    invoice = await books.an_issued_invoice(served, contract_id)
    await books.a_payment(served, invoice, "40.00", paid="50.00")
    await books.an_issued_credit(served, invoice, lines=[{"position": 1, "minutes": 60}])
    await claims.a_doubtful_claim(served, invoice)
    await exchange_rates.an_exchange_rate(served, "1.50", "2026-03-02")
    await measured.what_is_measured(served, contract_id)
    await a_month_recognised(served)
    await ledger.sealed(served)
    return Story(
        served.api,
        ledger.ERP,
        words=("Alpenglow", "Data platform", "PO-7781", "bella"),
        places=PLACES_OF_BILLING,
        named=ledger.NAMED | claims.NAMED,
        bodies=BODIES_OF_BILLING,
    )


async def a_month_of_work(billing: books.Billing) -> UUID:
    """Let a deal be sold and a day be worked on it; gives its contract."""
    line = books.a_time_line()
    sale = books.a_sale(line, books.a_sold_line(BillingMethod.FIXED_FEE_PERCENT))
    contract_id = await billing.sold(sale)
    await billing.hear(books.a_timesheet(sale, books.an_entry(line.line_id)))
    await billing.hear(books.a_change_order(sale, books.a_change(line.line_id, "500.00")))
    return contract_id


async def a_month_recognised(billing: books.Billing) -> None:
    """Recognise what was earned in March."""
    controller = billing.as_(Role.CONTROLLER, subject="carla")
    run = await ledger.sent(controller, "/recognition-runs", {"legal_entity": ledger.ENTITY, "period": ledger.MARCH})
    assert run.is_success, run.text


STORIES: Mapping[str, Callable[[Database], Awaitable[Story]]] = {
    "crm": of_crm,
    "delivery": of_delivery,
    "resourcing": of_resourcing,
    "billing": of_billing,
}


def _served(service: str, database: Database, clock: Clock) -> Api:
    return api(import_module(f"services.{service}.service").service, database, clock=clock)
