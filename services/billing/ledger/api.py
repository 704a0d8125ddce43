"""The books over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.billing.exchange_rates.model import MissingExchangeRate
from services.billing.ledger import actions, queries
from services.billing.ledger.model.accounts import (
    AccountCode,
    AccountKind,
    AccountTaken,
    NoBooks,
    NoSuchAccount,
    PostingRole,
)
from services.billing.ledger.model.entries import (
    AlreadyReversed,
    FractionOfUnit,
    JournalEntry,
    NewLine,
    NoSuchEntry,
    ReversalOfReversal,
    SourceKind,
    TooFewLines,
    Unbalanced,
    ZeroLine,
)
from services.billing.periods.model import BadMonth, PeriodClosed, month
from shared.actor import NotPermitted
from shared.contracts.base import Amount, Currency
from shared.web import Body, Cursor, InWork, Limit, PageOf, View, WorkRoute, key_required, refusals

router = APIRouter(tags=["ledger"], route_class=WorkRoute)


class NewAccountBody(Body):
    legal_entity: str
    code: str = Field(pattern=r"^[0-9A-Z][0-9A-Za-z-]{0,39}$")
    name: str = Field(min_length=1, max_length=100)
    kind: AccountKind


class PostingRoleBody(Body):
    role: PostingRole


class AccountView(View):
    id: UUID
    legal_entity: str
    code: str
    name: str
    kind: AccountKind


class ChartView(View):
    accounts: list[AccountView]
    roles: dict[PostingRole, str] = Field(description="posting role → code of the account that takes it")
    missing: list[PostingRole] = Field(description="roles that no account of the chart plays yet")


class PostingRuleBody(Body):
    """Which account takes a role from a day on; for the part named by `narrowed_by` alone, if it says something."""

    legal_entity: str
    role: PostingRole
    narrowed_by: str = Field(default="", max_length=40, description="of revenue, the billing method; empty: all of it")
    account: str = Field(description="code of a ledger account")
    starts_on: date


class PostingRuleView(View):
    id: UUID
    legal_entity: str
    role: PostingRole
    narrowed_by: str
    account: str
    starts_on: date
    version: int
    made_at: datetime
    made_by: str


class PostingRulesView(View):
    rules: list[PostingRuleView]


class AdjustmentLineBody(Body):
    account: str = Field(description="code of a ledger account")
    amount: Amount = Field(description="debit positive, credit negative")
    contract_id: UUID | None = None
    contract_line_id: UUID | None = None
    project_id: UUID | None = None


class AdjustmentBody(Body):
    legal_entity: str
    currency: Currency
    on: date
    text: str = Field(min_length=1, max_length=500)
    lines: list[AdjustmentLineBody] = Field(max_length=200)


class ReversalBody(Body):
    on: date
    reason: str = Field(min_length=1, max_length=500)


class JournalLineView(View):
    account: str
    role: PostingRole | None
    amount: Amount
    functional_amount: Amount
    contract_id: UUID | None
    contract_line_id: UUID | None
    project_id: UUID | None


class SourceView(View):
    kind: SourceKind
    id: UUID
    leg: str


class EntryView(View):
    id: UUID
    legal_entity: str
    currency: str
    functional_currency: str
    exchange_rate_id: UUID | None
    posted_on: date
    service_from: date
    service_before: date
    text: str
    thread_id: UUID | None
    source: SourceView
    reverses_id: UUID | None
    recorded_at: datetime
    recorded_by: str
    lines: list[JournalLineView]


class EntryInFullView(EntryView):
    reversed_by_id: UUID | None = None


class BalanceView(View):
    account: str
    name: str
    kind: AccountKind
    currency: str
    balance: Amount
    functional_currency: str
    functional_balance: Amount


class TrialBalanceView(View):
    legal_entity: str
    up_to: date | None
    balances: list[BalanceView]


WRONG_ENTRY = (
    Unbalanced,
    TooFewLines,
    ZeroLine,
    FractionOfUnit,
    NoSuchAccount,
    PeriodClosed,
    MissingExchangeRate,
    NotPermitted,
)


@router.get("/ledger-accounts", responses=refusals(NotPermitted))
async def show_chart(work: InWork, legal_entity: str) -> ChartView:
    """The chart of a legal entity, and which account takes which posting role."""
    chart = await queries.chart(work, legal_entity)
    accounts = [AccountView.model_validate(one) for _, one in sorted(chart.accounts.items())]
    return ChartView(accounts=accounts, roles=dict(chart.roles), missing=chart.missing)


@router.put("/ledger-accounts/{account_id}", status_code=201, responses=refusals(NotPermitted, NoBooks, AccountTaken))
async def create_account(account_id: UUID, body: NewAccountBody, work: InWork) -> AccountView:
    """Add an account to the chart of a legal entity."""
    account = await actions.create_account(
        work, account_id, legal_entity=body.legal_entity, code=body.code, name=body.name, kind=body.kind
    )
    return AccountView.model_validate(account)


@router.post("/ledger-accounts/{account_id}/posting-roles", responses=refusals(NotPermitted, NoSuchAccount))
async def give_posting_role(account_id: UUID, body: PostingRoleBody, work: InWork) -> AccountView:
    """Let this account take what is posted to a role from now on."""
    return AccountView.model_validate(await actions.give_posting_role(work, account_id, body.role))


@router.get("/posting-rules", responses=refusals(NotPermitted))
async def list_rules(work: InWork, legal_entity: str) -> PostingRulesView:
    """The posting rules of a legal entity, every version of each."""
    chart = await queries.chart(work, legal_entity)
    return PostingRulesView(rules=[PostingRuleView.model_validate(one) for one in chart.rules])


@router.put("/posting-rules/{rule_id}", status_code=201, responses=refusals(NotPermitted, NoBooks, NoSuchAccount))
async def put_rule(rule_id: UUID, body: PostingRuleBody, work: InWork) -> PostingRuleView:
    """Let an account take a role, or a part of it, from a day on; what is posted stays where it is."""
    rule = await actions.set_posting_rule(
        work,
        rule_id,
        legal_entity=body.legal_entity,
        role=body.role,
        narrowed_by=body.narrowed_by,
        account=body.account,
        starts_on=body.starts_on,
    )
    return PostingRuleView.model_validate(rule)


@router.get("/journal-entries", responses=refusals(NotPermitted, BadMonth))
async def list_entries(
    work: InWork,
    *,
    legal_entity: str,
    period: Annotated[str | None, Query(description="year and month", examples=["2026-03"])] = None,
    account: str | None = None,
    source_kind: SourceKind | None = None,
    source_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOf[EntryView]:
    """The journal by day; narrowed to a month, an account, or what it was posted for."""
    wanted = queries.Wanted(legal_entity, month(period) if period else None, account, source_kind, source_id)
    return PageOf[EntryView].of(await queries.entries(work, wanted, cursor=cursor, limit=limit), EntryView)


@router.get("/journal-entries/{entry_id}", responses=refusals(NotPermitted, NoSuchEntry))
async def show_entry(entry_id: UUID, work: InWork) -> EntryInFullView:
    """One entry, what it was posted for, and whether it was taken back."""
    found = await queries.entry(work, entry_id)
    return _in_full(found.entry, found.reversed_by_id)


@router.put("/journal-entries/{entry_id}", status_code=201, responses=refusals(*WRONG_ENTRY))
async def post_adjustment(entry_id: UUID, body: AdjustmentBody, work: InWork) -> EntryView:
    """Post an adjustment by hand; the caller's id stands as its source, so it is posted once."""
    lines = [
        NewLine(AccountCode(line.account), line.amount, line.contract_id, line.contract_line_id, line.project_id)
        for line in body.lines
    ]
    entry = await actions.post_adjustment(
        work,
        entry_id,
        legal_entity=body.legal_entity,
        currency=body.currency,
        on=body.on,
        text=body.text,
        lines=lines,
    )
    return EntryView.model_validate(entry)


@router.post(
    "/journal-entries/{entry_id}/reversal",
    status_code=201,
    dependencies=[Depends(key_required)],
    responses=refusals(NotPermitted, NoSuchEntry, AlreadyReversed, ReversalOfReversal, PeriodClosed),
)
async def reverse_entry(entry_id: UUID, body: ReversalBody, work: InWork) -> EntryView:
    """Take an entry back by one with opposite signs."""
    return EntryView.model_validate(await actions.reverse_entry(work, entry_id, on=body.on, reason=body.reason))


@router.get("/trial-balance", responses=refusals(NotPermitted))
async def show_trial_balance(work: InWork, legal_entity: str, up_to: date | None = None) -> TrialBalanceView:
    """Every account's balance with the entries up to and including a day."""
    balances = await queries.trial_balance(work, legal_entity, up_to=up_to)
    views = [BalanceView.model_validate(one) for one in balances]
    return TrialBalanceView(legal_entity=legal_entity, up_to=up_to, balances=views)


def _in_full(entry: JournalEntry, reversed_by_id: UUID | None) -> EntryInFullView:
    view = EntryView.model_validate(entry)
    return EntryInFullView(**dict(view), reversed_by_id=reversed_by_id)
