"""A SAF-T file has the structure that its schema asks for, and adds up with itself and with the trial balance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as xml

import pytest

from shared.actor import Role
from tests.support.api import code_of
from tests.support.billing import Billing, a_sale, a_time_line, a_timesheet, an_entry, an_issued_invoice
from tests.support.exchange_rates import an_exchange_rate
from tests.support.ledger import ENTITY, MARCH, a_new_entry, map_accounts, posted, sealed, sent, trial_balance
from tests.support.saft import NAMESPACE, faults, texts

HERE = "/audit-files/saf-t"
IN_MARCH = {"legal_entity": ENTITY, "first_month": MARCH, "last_month": MARCH}


async def a_month_with_everything(billing: Billing) -> None:
    """Have work recognised, an invoice issued, an entry of February, a text that XML cannot hold, and a batch."""
    line = a_time_line("120.00")
    sale = a_sale(line)
    contract = await billing.sold(sale)
    await billing.hear(a_timesheet(sale, an_entry(line.line_id, 480)))
    await sent(billing.as_(Role.CONTROLLER), "/recognition-runs", {"legal_entity": ENTITY, "period": MARCH})
    await an_issued_invoice(billing, contract)
    february = a_new_entry(("1000", "70.00"), ("3000", "-70.00"), on=date(2026, 2, 3), text="Opening")
    await posted(billing, february, a_new_entry(text="Control \x07 and <angle> & " + "long " * 80))
    await map_accounts(billing)
    await sealed(billing)


async def saft_of(billing: Billing) -> xml.Element:
    """Read March as SAF-T."""
    answer = await billing.as_(Role.AUDITOR, subject="Ada Auditor").get(HERE, params=IN_MARCH)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/xml"
    return xml.fromstring(answer.content)  # noqa: S314 - our own


async def test_a_file_has_the_structure_of_the_schema(billing: Billing) -> None:
    await a_month_with_everything(billing)

    file = await saft_of(billing)

    assert file.tag == f"{NAMESPACE}AuditFile"
    assert list(faults(file)) == []
    assert texts(file, "Header/AuditFileVersion") == ["1.10"]
    assert texts(file, "Header/DefaultCurrencyCode") == ["EUR"]
    assert texts(file, "Header/Company/Contact/ContactPerson/LastName") == ["Ada Auditor"]
    period = [texts(file, f"Header/SelectionCriteria/{name}") for name in ("PeriodStart", "PeriodEndYear")]
    assert period == [["3"], ["2026"]]


async def test_entries_add_up_to_the_totals_and_lead_from_opening_to_closing(billing: Billing) -> None:
    await a_month_with_everything(billing)

    file = await saft_of(billing)

    moved: dict[str, Decimal] = {}
    totals = {"DebitAmount": Decimal(), "CreditAmount": Decimal()}
    for line in file.iter(f"{NAMESPACE}Line"):
        [account] = texts(line, "AccountID")
        for side, sign in (("DebitAmount", 1), ("CreditAmount", -1)):
            amount = sum((Decimal(text) for text in texts(line, f"{side}/Amount")), Decimal())
            assert amount >= 0
            totals[side] += amount
            moved[account] = moved.get(account, Decimal()) + sign * amount
    ledger = "GeneralLedgerEntries"
    assert texts(file, f"{ledger}/TotalDebit") == [f"{totals['DebitAmount']}"]
    assert texts(file, f"{ledger}/TotalCredit") == [f"{totals['CreditAmount']}"]
    assert texts(file, f"{ledger}/NumberOfEntries") == [str(len(file.findall(f".//{NAMESPACE}Transaction")))]
    opening, closing = balances(file, "Opening"), balances(file, "Closing")
    assert opening["1000"] == Decimal("70.00")
    assert {code: opening[code] + moved.get(code, Decimal()) for code in opening} == closing
    assert {code: balance for code, balance in closing.items() if balance} == await trial_balance(billing)


async def test_receivables_name_the_customer_and_entries_their_batch(billing: Billing) -> None:
    await a_month_with_everything(billing)

    file = await saft_of(billing)

    [customer] = texts(file, "MasterFiles/Customers/Customer/CustomerID")
    assert texts(file, "MasterFiles/Customers/Customer/ClosingDebitBalance") == [f"{balances(file, 'Closing')['1200']}"]
    named = [line for line in file.iter(f"{NAMESPACE}Line") if texts(line, "CustomerID")]
    assert {texts(line, "AccountID")[0] for line in named} == {"1200"}
    assert {texts(line, "CustomerID")[0] for line in named} == {customer}
    transactions = file.findall(f".//{NAMESPACE}Transaction")
    assert [texts(one, "BatchID") for one in transactions] == [["1"]] * len(transactions)


def balances(file: xml.Element, when: str) -> dict[str, Decimal]:
    """Read the balance of each account, debit positive."""
    found = {}
    for account in file.iter(f"{NAMESPACE}Account"):
        debit, credit = (texts(account, f"{when}{side}Balance") for side in ("Debit", "Credit"))
        found[texts(account, "AccountID")[0]] = Decimal(debit[0]) if debit else -Decimal(credit[0])
    return found


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"last_month": "2026-02"}, "ends_before_it_starts"),
        ({"last_month": "2027-03"}, "too_many_months"),
        ({"first_month": "2026-13"}, "bad_month"),
        ({"legal_entity": "ZZZ"}, "no_books"),
    ],
)
async def test_months_that_make_no_file_are_refused(billing: Billing, asked: dict[str, str], code: str) -> None:
    refused = await billing.as_(Role.AUDITOR).get(HERE, params={**IN_MARCH, **asked})

    assert code_of(refused) == code
    assert refused.json()["mend"]


async def test_the_books_are_for_those_who_see_them_only(billing: Billing) -> None:
    sees = {Role.AUDITOR, Role.CONTROLLER, Role.BILLING_APPROVER}

    for role in Role:
        asked = await billing.as_(role).get(HERE, params=IN_MARCH)
        browser = billing.api.browser(role)
        page, file = await browser.get("/audit-files"), await browser.get(HERE, params=IN_MARCH)
        expected = 200 if role in sees else 403
        assert (asked.status_code, page.status_code, file.status_code) == (expected,) * 3, role


def a_journal(*told: str) -> xml.Element:
    """Write a journal of elements, each told as `Name=text`."""
    journal = xml.Element(f"{NAMESPACE}Journal")
    for name, _, text in (one.partition("=") for one in told):
        xml.SubElement(journal, NAMESPACE + name).text = text
    return journal


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (("JournalID=a", "Description=b", "Type=GL"), []),
        (("Description=b", "JournalID=a", "Type=GL"), ["Journal: order ['Description', 'JournalID', 'Type']"]),
        (("JournalID=a", "Description=b"), ["Journal: 0 of Type"]),
        (("JournalID=a", "Description=b", "Type=GL", "Type=GL"), ["Journal: 2 of Type"]),
        (("JournalID=a", "Description=b", "Type=GENERAL-LEDGER"), ["Type: 14 characters"]),
        (("Note=a", "JournalID=a", "Description=b", "Type=GL"), ["Journal: unknown Note"]),
    ],
)
def test_the_structure_that_files_are_held_to_finds_what_is_wrong(told: tuple[str, ...], found: list[str]) -> None:
    assert list(faults(a_journal(*told))) == found


async def test_foreign_amounts_stand_beside_those_of_the_books(billing: Billing) -> None:
    await an_exchange_rate(billing, "1.25", "2026-03-30")
    await posted(billing, a_new_entry(currency="USD"))

    file = await saft_of(billing)

    assert list(faults(file)) == []
    sides = [node for name in ("DebitAmount", "CreditAmount") for node in file.iter(NAMESPACE + name)]
    told = [[texts(side, name)[0] for name in ("Amount", "CurrencyCode", "CurrencyAmount")] for side in sides]
    assert told == [["80.00", "USD", "100.00"]] * 2
    assert texts(file, "GeneralLedgerEntries/TotalDebit") == ["80.00"]
