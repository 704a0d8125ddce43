"""The price book at a browser."""

from __future__ import annotations

from shared.actor import Role
from shared.ids import new_id
from tests.support.api import Api, code_of

ASKED = {"hx-request": "true"}
AN_HOUR = {"code": "ARCH", "name": "Architect's hour", "kind": "time_by_role", "staffing_role": "Architect"}


async def test_a_product_is_written_down_priced_and_its_price_ended(crm: Api) -> None:
    ada = crm.browser(Role.ADMINISTRATOR, subject="ada")
    here = f"/products/{new_id()}"

    assert (await ada.post(here, data=AN_HOUR, headers=ASKED)).headers["hx-redirect"] == f"/crm{here}"
    price = f"{here}/prices/{new_id()}"
    said = {"currency": "EUR", "amount": "150.00", "starts_on": "2026-01-01"}
    assert (await ada.post(price, data=said, headers=ASKED)).status_code == 204
    overlapping = await ada.post(f"{here}/prices/{new_id()}", data=said, headers=ASKED)
    assert (overlapping.status_code, code_of(overlapping)) == (409, "prices_overlap")
    assert (await ada.post(f"{price}/end", data={"ends_before": "2026-07-01"}, headers=ASKED)).status_code == 204

    page = (await ada.get(here, headers={"accept": "text/html"})).text
    assert "€150.00" in page
    assert "30 Jun 2026" in page
    listed = (await ada.get("/products?q=arch", headers={"accept": "text/html"})).text
    assert "Architect&#39;s hour" in listed or "Architect's hour" in listed


async def test_a_form_that_was_overtaken_is_refused_and_a_rep_only_reads(crm: Api) -> None:
    ada, here = crm.browser(Role.ADMINISTRATOR, subject="ada"), f"/products/{new_id()}"
    await ada.post(here, data=AN_HOUR, headers=ASKED)
    assert (await ada.post(here, data={**AN_HOUR, "series": "A", "version": "1"}, headers=ASKED)).status_code == 204

    stale = await ada.post(here, data={**AN_HOUR, "series": "B", "version": "1"}, headers=ASKED)
    assert stale.status_code == 412
    rep = crm.browser(Role.SALES_REP)
    assert (await rep.post(here, data={**AN_HOUR, "version": "2"}, headers=ASKED)).status_code == 403
    assert (await rep.get(here, headers={"accept": "text/html"})).status_code == 200


async def test_what_is_wrong_is_said_in_the_readers_language(crm: Api) -> None:
    ada, here = crm.browser(Role.ADMINISTRATOR, subject="ada"), f"/products/{new_id()}"
    in_german = {**ASKED, "accept-language": "de"}
    await ada.post(here, data=AN_HOUR, headers=ASKED)
    price = {"currency": "EUR", "amount": "150.00", "starts_on": "2026-01-01"}
    await ada.post(f"{here}/prices/{new_id()}", data=price, headers=ASKED)

    misfilled = await ada.post(f"{here}/prices/{new_id()}", data={**price, "currency": "euro"}, headers=in_german)
    refused = await ada.post(f"{here}/prices/{new_id()}", data=price, headers=in_german)
    told = await crm.as_(Role.ADMINISTRATOR).post("/products", json={})

    assert misfilled.json()["detail"] == "Etwas ist nicht so ausgefüllt, wie es sein soll."
    assert misfilled.json()["errors"] == [{"pointer": "#/body/currency", "detail": "Schreiben Sie 3 Großbuchstaben."}]
    assert refused.json()["code"] == "prices_overlap"
    assert refused.json()["detail"] == "Das Produkt hat in dieser Währung für einige dieser Tage schon einen Preis."
    assert told.json()["detail"].startswith(("Every", "The request", "Method")), "programs are told in English"
