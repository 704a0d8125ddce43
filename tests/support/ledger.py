"""Words for setting the scene in the books: chart, entries, mappings, batches."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2

from services.billing.batches.model.canonical import BatchedEntry, BatchedLine
from services.billing.ledger.actions import post_entry
from services.billing.ledger.model.accounts import FIRST_CHART, AccountCode, Chart, PostingRole, first_chart
from services.billing.ledger.model.entries import JournalEntry, NewEntry, NewLine, Source, SourceKind
from shared.actor import Role, the_service
from shared.announcements import Cause
from shared.contracts.billing import LedgerBatchSealed
from shared.ids import new_id
from shared.work import Work, begin
from tests.support.api import MERIDIAN
from tests.support.billing import Billing

ERP = "erp-meridian"
ENTITY = "MER"
MARCH = "2026-03"
SCOPE = {"legal_entity": ENTITY, "period": MARCH, "currency": "EUR"}
NAMED = {"legal_entity": ENTITY, "period": MARCH, "position": "1", "account": "4000", "feed": "xero"}
TEXTS = ("canonical", "manifest", "hledger", "beancount")
ACCEPTED = {"answer": "accepted", "erp_reference": "JE-2026-118"}
TOLD = LedgerBatchSealed.type
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
LAST_OF_MARCH = date(2026, 3, 31)
CODES = tuple(code for code, *_ in FIRST_CHART)
THREAD = UUID(int=99)
AT = datetime(2026, 3, 31, 12, tzinfo=UTC)


def a_chart() -> Chart:
    """Give the chart that a legal entity starts with."""
    return first_chart(ENTITY)


def a_new_entry(*lines: tuple[str | PostingRole, str], on: date = LAST_OF_MARCH, **different: Any) -> NewEntry:
    """Describe an entry on accounts by code or role; without lines, 100.00 of earned revenue."""
    sides = lines or ((PostingRole.CONTRACT_ASSET, "100.00"), (PostingRole.REVENUE, "-100.00"))
    told: dict[str, Any] = {
        "legal_entity": ENTITY,
        "currency": "EUR",
        "on": on,
        "text": "Work in March",
        "source": Source(SourceKind.ADJUSTMENT, new_id()),
        "lines": [
            NewLine(account if isinstance(account, PostingRole) else AccountCode(account), Decimal(amount))
            for account, amount in sides
        ],
        "thread_id": THREAD,
    }
    return NewEntry(**{**told, **different})


def a_batched_entry(*lines: tuple[str, str, str], number: int = 1, **different: Any) -> BatchedEntry:
    """Describe an entry of a batch by account kind, code and amount; without lines, 100.00 of earned revenue."""
    sides = lines or (("asset", "1300", "100.00"), ("income", "4000", "-100.00"))
    told: dict[str, Any] = {
        "number": number,
        "id": UUID(int=number),
        "posted_on": LAST_OF_MARCH,
        "service_from": date(2026, 3, 2),
        "service_before": date(2026, 4, 1),
        "currency": "EUR",
        "text": "Work in March",
        "thread_id": THREAD,
        "source_kind": "recognition",
        "source_id": UUID(int=1000 + number),
        "source_leg": "1",
        "reverses_id": None,
        "lines": tuple(
            BatchedLine(account, kind, f"Account {account}", f"E{account}", Decimal(amount))
            for kind, account, amount in sides
        ),
    }
    return BatchedEntry(**{**told, **different})


@asynccontextmanager
async def by_itself(billing: Billing, *, tenant: UUID = MERIDIAN) -> AsyncIterator[Work]:
    """Do one thing as the service itself, as reactions do."""
    async with begin(billing.database, the_service("billing", tenant), AT, Cause.new()) as work:
        yield work


async def listen(billing: Billing) -> None:
    """Have a system told of batches."""
    body = {"url": "https://erp.example/hook", "secret": SECRET, "kinds": [TOLD]}
    answer = await billing.as_(Role.ADMINISTRATOR).put(f"/webhooks/{new_id()}", json=body)
    assert answer.is_success, answer.text


async def posted(billing: Billing, *entries: NewEntry, role: Role = Role.CONTROLLER) -> list[JournalEntry]:
    """Post entries, in one work, as somebody with `role`."""
    async with billing.work(role, subject="carla") as work:
        return [await post_entry(work, entry) for entry in entries]


async def sent(client: httpx2.AsyncClient, path: str, body: dict[str, Any] | None = None) -> httpx2.Response:
    """Post `body` with a new Idempotency-Key."""
    return await client.post(path, json=body, headers={"Idempotency-Key": str(new_id())})


async def map_accounts(billing: Billing, *codes: str, **named: str) -> None:
    """Say what our accounts are called in the ERP's books; without codes or names, all of the first chart."""
    controller = billing.as_(Role.CONTROLLER, subject="carla")
    wanted = {code: f"E{code}" for code in codes} | named or {code: f"E{code}" for code in CODES}
    for code, erp_account in wanted.items():
        body = {"legal_entity": ENTITY, "account": code, "erp_account": erp_account}
        answer = await controller.put(f"/account-mappings/{new_id()}", json=body)
        assert answer.is_success, answer.text


BOOKS: dict[str, dict[str, Any]] = {
    "netsuite": {"subsidiary": "Parent : Meridian", "date_format": "MM/DD/YYYY"},
    "business_central": {},
    "quickbooks": {"receivables_customer": "58"},
    "xero": {},
    "datev": {"consultant": 29098, "client": 55003},
    "intacct": {"journal": "GJ", "location": "100"},
}


async def set_up_feeds(billing: Billing, *feeds: str, **different: Any) -> None:
    """Say how the books of the systems are set up that take our batches; without feeds, of all of them."""
    controller = billing.as_(Role.CONTROLLER, subject="carla")
    for feed in feeds or BOOKS:
        body = {"legal_entity": ENTITY, "feed": feed, "currency": "EUR", **BOOKS[feed], **different}
        answer = await controller.put(f"/feed-settings/{new_id()}", json=body)
        assert answer.is_success, answer.text


async def appoint_erp(
    billing: Billing, *, legal_entity: str = ENTITY, subject: str = ERP, target: str | None = None
) -> str:
    """Let the ERP's service account receive the batches of a legal entity, and give its id as a receiver."""
    administrator, receiver_id = billing.as_(Role.ADMINISTRATOR), str(new_id())
    body = {"legal_entity": legal_entity, "subject": subject, "target": target}
    answer = await administrator.put(f"/batch-receivers/{receiver_id}", json=body)
    assert answer.is_success, answer.text
    return receiver_id


async def sealed(billing: Billing, **different: Any) -> dict[str, Any]:
    """Seal what waits in March in EUR, or in something else."""
    answer = await asked_to_seal(billing, **different)
    assert answer.is_success, answer.text
    return dict(answer.json())


async def closed(billing: Billing, month: str) -> httpx2.Response:
    """Close a month."""
    return await sent(billing.as_(Role.CONTROLLER, subject="carla"), f"/periods/{ENTITY}/{month}/closure")


async def trial_balance(billing: Billing, *, up_to: str | None = None) -> dict[str, Decimal]:
    """Every account's balance that is not zero, by code."""
    query = {"legal_entity": ENTITY} | ({"up_to": up_to} if up_to else {})
    answer = await billing.as_(Role.AUDITOR).get("/trial-balance", params=query)
    assert answer.is_success, answer.text
    found = {one["account"]: Decimal(one["balance"]) for one in answer.json()["balances"]}
    return {account: balance for account, balance in found.items() if balance}


async def asked_to_seal(billing: Billing, *, role: Role = Role.CONTROLLER, **different: Any) -> httpx2.Response:
    """Ask for a batch of March in EUR, or of something else."""
    return await sent(billing.as_(role, subject="carla"), "/ledger-batches", {**SCOPE, **different})


async def texts_of(billing: Billing, batch_id: str) -> list[bytes]:
    """Download everything of a batch."""
    auditor = billing.as_(Role.AUDITOR)
    return [(await auditor.get(f"/ledger-batches/{batch_id}/{name}")).content for name in TEXTS]


async def answered(billing: Billing, batch_id: str, *, subject: str = ERP, **said: Any) -> httpx2.Response:
    """Answer a batch as an ERP."""
    erp = billing.as_(Role.ERP, subject=subject)
    return await sent(erp, f"/ledger-batches/{batch_id}/acknowledgement", said)
