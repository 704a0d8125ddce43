"""What became of a won deal, as its seller sees it."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from shared.actor import Role
from shared.contracts.billing import ContractShare
from shared.database import Database
from shared.ids import new_id
from tests.crm.thread.test_any_order import accepted, an_invoice, an_opened_project, recognised, returned
from tests.support.api import Api
from tests.support.crm import an_account, an_opportunity, hear


async def test_a_seller_sees_what_became_of_the_deal(crm: Api, database: Database) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    account = await an_account(rita)
    deal = await an_opportunity(rita, account_id=account["id"])
    deal_id, account_id = UUID(deal["id"]), UUID(account["id"])
    project_id = new_id()
    about = {"opportunity_id": deal_id, "account_id": account_id}
    await hear(database, accepted(deal_id, project_id), 1)
    await hear(database, an_opened_project(project_id, deal_id).model_copy(update=about), 1)
    for invoice in (an_invoice(1), an_invoice(2, net="250.50")):
        await hear(database, invoice.model_copy(update=about), 1)
    for revenue in (recognised(1, "800"), recognised(2, "-50")):
        await hear(database, revenue.model_copy(update=about), 1)

    of_deal = (await rita.get(f"/opportunities/{deal_id}/thread")).json()
    of_account = (await rita.get(f"/accounts/{account_id}/thread")).json()

    assert (of_deal["handoff"]["state"], of_deal["handoff"]["decided_by"]) == ("accepted", "petra")
    assert [project["number"] for project in of_deal["projects"]] == ["P-1042"]
    assert [invoice["number"] for invoice in of_deal["invoices"]] == ["INV-2026-00001", "INV-2026-00002"]
    assert of_deal["invoiced"] == [{"currency": "EUR", "amount": "1250.50"}]
    assert of_deal["recognised"] == [{"currency": "EUR", "amount": "750.00"}]
    assert of_account["invoiced"] == of_deal["invoiced"]


async def test_of_an_invoice_over_several_deals_each_shows_its_own_share(crm: Api, database: Database) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    account = await an_account(rita)
    deals = [await an_opportunity(rita, account_id=account["id"]) for _ in range(2)]
    shares = [
        ContractShare(contract_id=new_id(), opportunity_id=UUID(deal["id"]), net=Decimal(net), tax=Decimal(tax))
        for deal, net, tax in zip(deals, ("800", "200"), ("152", "38"), strict=True)
    ]
    invoice = an_invoice(1).model_copy(update={"account_id": UUID(account["id"]), "shares": shares})
    for _ in range(2):
        await hear(database, invoice, 1)

    of_deals = [(await rita.get(f"/opportunities/{deal['id']}/thread")).json() for deal in deals]
    of_account = (await rita.get(f"/accounts/{account['id']}/thread")).json()

    assert [(one["invoices"][0]["net"], one["invoices"][0]["gross"]) for one in of_deals] == [
        ("800.00", "952.00"),
        ("200.00", "238.00"),
    ]
    assert of_account["invoiced"] == [{"currency": "EUR", "amount": "1000.00"}]


async def test_a_returned_deal_says_why(crm: Api, database: Database) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    deal = await an_opportunity(rita)
    await hear(database, returned(UUID(deal["id"])), 1)

    thread = (await rita.get(f"/opportunities/{deal['id']}/thread")).json()

    assert (thread["handoff"]["state"], thread["handoff"]["reasons"]) == ("returned", ["No scope"])


async def test_the_thread_of_somebody_elses_deal_is_not_found(crm: Api) -> None:
    rita = crm.as_(Role.SALES_REP, subject="rita")
    account = await an_account(rita)
    deal = await an_opportunity(rita, account_id=account["id"])

    for path in (f"/opportunities/{deal['id']}/thread", f"/accounts/{account['id']}/thread"):
        assert (await crm.as_(Role.SALES_REP, subject="ralf").get(path)).status_code == 404
        assert (await crm.as_(Role.CONSULTANT).get(path)).status_code == 403
        assert (await crm.as_(Role.AUDITOR).get(path)).status_code == 200
