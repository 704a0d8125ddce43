"""Bank statements: brought in once or not at all, matched by a person who sees why, undone."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
import pytest

from shared.actor import Role
from shared.ids import new_id
from tests.billing.payments.test_api import an_invoice, balances, standing
from tests.support.api import code_of
from tests.support.billing import Billing, Made
from tests.support.ledger import sent

IBAN = "DE89370400440532013000"
HEADER = "booked_on,amount,currency,reference,payer_name,payer_iban,remittance\n"


def an_entry(
    *, amount: str = "1142.40", text: str = "", reference: str = "TX-1", name: str = "Alpenglow AG", sign: str = "CRDT"
) -> str:
    return f"""<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>BOOK</Sts>
      <BookgDt><Dt>2026-03-31</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls><TxDtls>
      <RltdPties><Dbtr><Nm>{name}</Nm></Dbtr><DbtrAcct><Id><IBAN>AT611904300234573201</IBAN></Id></DbtrAcct></RltdPties>
      <RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""


def a_statement(*entries: str, iban: str = IBAN) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
    <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>
    <Stmt><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>{"".join(entries)}</Stmt></BkToCstmrStmt></Document>""".encode()


async def brought_in(
    billing: Billing, content: bytes, *, role: Role = Role.BILLING_CLERK, **form: str
) -> httpx2.Response:
    entity = (await billing.as_(Role.AUDITOR).get("/legal-entities")).json()["items"][0]["id"]
    return await billing.as_(role).post(
        "/bank-files",
        params={"legal_entity_id": entity},
        files=[("files", ("statement.xml", content))],
        data=form,
    )


async def lines(billing: Billing, *, state: str = "unmatched") -> list[Made]:
    found = await billing.as_(Role.AUDITOR).get("/bank-lines", params={"state": state})
    assert found.is_success, found.text
    return list(found.json()["items"])


async def did(billing: Billing, path: str, body: Any) -> httpx2.Response:
    return await sent(billing.as_(Role.BILLING_CLERK), f"/bank-lines/{path}", body)


async def test_a_camt_file_is_matched_by_number_amount_and_name_accepted_in_bulk_and_undone(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    text = f"Rg. {invoice['number'].replace('-', ' ')}"
    await brought_in(billing, a_statement(an_entry(text=text), an_entry(amount="7.00", reference="TX-2", name="X")))
    [unknown, known] = sorted(await lines(billing), key=lambda one: len(one["suggestions"]))
    [suggestion] = known["suggestions"]

    answer = await did(billing, "acceptances", {"line_ids": [known["id"], unknown["id"]]})

    assert suggestion["reasons"] == ["amount", "name", "number"]
    assert answer.json() == {"accepted": [known["id"]], "left": [unknown["id"]]}
    assert (await standing(billing, invoice), await balances(billing, "1200")) == (("paid", "0.00"), [Decimal()])
    assert [one["id"] for one in await lines(billing)] == [unknown["id"]]

    undone = await did(billing, f"{known['id']}/undo", {"reason": "Another customer's"})

    assert (undone.json()["payment_id"], await standing(billing, invoice)) == (None, ("open", "1142.40"))
    assert (await did(billing, "acceptances", {"line_ids": [known["id"]]})).json()["accepted"] == [known["id"]]


async def test_the_same_file_twice_imports_nothing_twice(billing: Billing) -> None:
    content = a_statement(an_entry(), an_entry(reference="TX-2"), an_entry(reference="TX-3", sign="DBIT"))

    first, second = await brought_in(billing, content), await brought_in(billing, content)

    assert [(one.json()["lines"], one.json()["new"]) for one in (first, second)] == [(2, 2), (2, 0)]
    assert len(await lines(billing)) == 2


LOL = b'<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><Document>&b;</Document>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (a_statement(an_entry())[:-40], "malformed_statement"),
        (a_statement(an_entry(), an_entry(amount="twelve")), "malformed_statement"),
        (a_statement(an_entry(amount="-5.00")), "malformed_statement"),
        (a_statement(an_entry()).replace(b"2026-03-31", b"2026-02-31"), "malformed_statement"),
        (a_statement(an_entry()).replace(b"camt.053", b"pain.001"), "malformed_statement"),
        (LOL, "malformed_statement"),
        (b"<", "malformed_statement"),
        (b"\x00\xff", "malformed_statement"),
        (b"", "malformed_statement"),
        (b"a,b\n1,2\n", "malformed_statement"),
        ((HEADER + "2026-03-31,5.00,,A,,,\nsoon,5.00,,B,,,\n").encode(), "malformed_statement"),
        (a_statement(an_entry(), iban="GB29NWBK60161331926819"), "other_bank_account"),
    ],
    ids=str,
)
async def test_a_file_that_is_wrong_anywhere_imports_nothing(billing: Billing, content: bytes, code: str) -> None:
    before = await billing.digest()

    answer = await brought_in(billing, content)

    assert (answer.status_code, code_of(answer)) == (422, code)
    assert answer.json()["mend"]
    assert await billing.digest() == before


async def test_a_csv_is_read_by_the_mapping_of_its_columns(billing: Billing) -> None:
    content = "Tag;Betrag;Text\n31.03.2026;1.142,40;Danke\n31.03.2026;-3,00;Gebühr\n31.03.2026;1.142,40;Danke\n"
    mapping = {
        "booked_on": "Tag",
        "amount": "Betrag",
        "remittance": "Text",
        "delimiter": ";",
        "date_format": "%d.%m.%Y",
        "decimal_comma": True,
    }

    answers = [await brought_in(billing, content.encode("cp1252"), mapping=json.dumps(mapping)) for _ in range(2)]
    bad = await brought_in(billing, content.encode(), mapping='{"booked_on": 7}')

    assert [(one.json()["lines"], one.json()["new"]) for one in answers] == [(2, 2), (2, 0)]
    assert {Decimal(one["amount"]) for one in await lines(billing)} == {Decimal("1142.40")}
    assert code_of(bad) == "bad_column_mapping"


async def test_an_unknown_line_is_assigned_by_a_person_once(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    await brought_in(billing, a_statement(an_entry(amount="1200.00", text="thanks", name="Somebody")))
    [line] = await lines(billing)
    body = {
        "customer_id": invoice["customer_id"],
        "allocations": [{"invoice_id": invoice["id"], "amount": "1142.40"}],
    }

    first = await did(billing, f"{line['id']}/assignment", body)
    second = await did(billing, f"{line['id']}/assignment", body)

    assert (line["suggestions"], first.json()["payment_id"] is not None) == ([], True)
    assert (second.status_code, code_of(second)) == (409, "matched_already")
    assert await balances(billing, "1000", "1200", "2200") == [1200, 0, Decimal("-57.60")]


async def test_what_was_rejected_is_suggested_no_more(billing: Billing) -> None:
    invoice = await an_invoice(billing)
    await brought_in(billing, a_statement(an_entry(text=invoice["number"])))
    [line] = await lines(billing)

    answer = await billing.as_(Role.BILLING_CLERK).post(
        f"/bank-lines/{line['id']}/rejections", json={"invoice_id": invoice["id"]}
    )

    assert (len(line["suggestions"]), answer.json()["suggestions"]) == (1, [])


async def test_who_does_not_record_payments_brings_nothing_in(billing: Billing) -> None:
    answer = await brought_in(billing, a_statement(an_entry()), role=Role.AUDITOR)

    assert code_of(answer) == "not_permitted"
    assert code_of(await billing.as_(Role.BILLING_CLERK).get(f"/bank-lines/{new_id()}")) == "no_such_bank_line"


async def test_an_account_that_paid_before_speaks_for_its_customer(billing: Billing) -> None:
    paid, invoice = [await an_invoice(billing, account_id=UUID(int=5)) for _ in range(2)]
    await brought_in(billing, a_statement(an_entry(text=paid["number"])))
    [line] = await lines(billing)
    await did(billing, "acceptances", {"line_ids": [line["id"]]})

    await brought_in(billing, a_statement(an_entry(amount="5.00", reference="TX-9", text="more", name="")))

    [[suggestion]] = [one["suggestions"] for one in await lines(billing)]
    assert (suggestion["reasons"], suggestion["invoices"][0]["invoice_id"]) == (["known_account"], invoice["id"])
