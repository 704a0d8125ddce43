"""The chart of accounts of a legal entity, and which account plays which part in posting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from uuid import UUID, uuid5

from shared.errors import Conflict, NotFound

ACCOUNTS = UUID("0f2f9d4e-0d3b-5b53-8a7f-3f1a2a0f6c03")


class NoBooks(NotFound):
    """This legal entity keeps no books here.

    Check its code; a legal entity gets its books when it is set up.
    """


class AccountTaken(Conflict):
    """This chart has an account with this code already.

    Choose another code, or use the account that stands.
    """


class NoSuchAccount(NotFound):
    """There is no such ledger account in this legal entity's chart.

    Create it with PUT /ledger-accounts/{id}, or give an account the posting role that is missing.
    """


class AccountKind(StrEnum):
    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"


class PostingRole(StrEnum):
    """What an account is used for; which account that is, is the chart's business."""

    RECEIVABLE = "receivable"
    CONTRACT_ASSET = "contract_asset"
    CONTRACT_LIABILITY = "contract_liability"
    REVENUE = "revenue"
    OUTPUT_TAX = "output_tax"
    CASH = "cash"
    CUSTOMER_CREDIT = "customer_credit"
    ALLOWANCE = "allowance"
    BAD_DEBT = "bad_debt"
    FX_REALISED = "fx_realised"
    FX_UNREALISED = "fx_unrealised"
    ROUNDING = "rounding"
    REIMBURSABLE_REVENUE = "reimbursable_revenue"
    RECOVERABLE = "recoverable"
    LOSS_PROVISION = "loss_provision"
    CONTRACT_LOSS = "contract_loss"


POSITION_ROLES = frozenset({PostingRole.CONTRACT_ASSET, PostingRole.CONTRACT_LIABILITY})


@dataclass(frozen=True)
class AccountCode:
    """An account named by its number in the chart, and the role it once stood for, when a posting is taken back."""

    code: str
    role: PostingRole | None = None


@dataclass(eq=False)
class LedgerAccount:
    """An account of one legal entity's chart."""

    id: UUID
    legal_entity: str
    code: str
    name: str
    kind: AccountKind


@dataclass(frozen=True)
class Chart:
    """The accounts of one legal entity by number, and which of them plays which posting role."""

    legal_entity: str
    accounts: Mapping[str, LedgerAccount]
    roles: Mapping[PostingRole, str] = field(default_factory=dict)

    def account_for(self, wanted: PostingRole | AccountCode) -> LedgerAccount:
        """The account that takes what is posted to `wanted`; raises NoSuchAccount."""
        code = self.roles.get(wanted) if isinstance(wanted, PostingRole) else wanted.code
        account = self.accounts.get(code) if code is not None else None
        if account is None:
            name = wanted.value if isinstance(wanted, PostingRole) else wanted.code
            raise NoSuchAccount(f"The chart of {self.legal_entity} has no account for {name}.")
        return account


def account_id(legal_entity: str, code: str) -> UUID:
    """The id of an account of the first chart."""
    return uuid5(ACCOUNTS, f"{legal_entity}/{code}")


def role_id(legal_entity: str, role: PostingRole) -> UUID:
    """The id under which it is kept which account plays `role`."""
    return uuid5(ACCOUNTS, f"{legal_entity}/role/{role}")


# The chart that a new legal entity starts with; accounts and roles are data from then on.
FIRST_CHART: tuple[tuple[str, str, AccountKind, PostingRole | None], ...] = (
    ("1000", "Bank", AccountKind.ASSET, PostingRole.CASH),
    ("1200", "Trade receivables", AccountKind.ASSET, PostingRole.RECEIVABLE),
    ("1290", "Allowance for bad debts", AccountKind.ASSET, PostingRole.ALLOWANCE),
    ("1300", "Contract assets", AccountKind.ASSET, PostingRole.CONTRACT_ASSET),
    ("1400", "Recoverable from clients", AccountKind.ASSET, PostingRole.RECOVERABLE),
    ("2000", "Trade payables", AccountKind.LIABILITY, None),
    ("2100", "Output tax", AccountKind.LIABILITY, PostingRole.OUTPUT_TAX),
    ("2200", "Payments on account", AccountKind.LIABILITY, PostingRole.CUSTOMER_CREDIT),
    ("2300", "Contract liabilities", AccountKind.LIABILITY, PostingRole.CONTRACT_LIABILITY),
    ("2500", "Provision for losses on contracts", AccountKind.LIABILITY, PostingRole.LOSS_PROVISION),
    ("3000", "Opening balances", AccountKind.EQUITY, None),
    ("4000", "Service revenue", AccountKind.INCOME, PostingRole.REVENUE),
    ("4200", "Reimbursed expenses", AccountKind.INCOME, PostingRole.REIMBURSABLE_REVENUE),
    ("4900", "Rounding differences", AccountKind.INCOME, PostingRole.ROUNDING),
    ("4910", "Realised exchange differences", AccountKind.INCOME, PostingRole.FX_REALISED),
    ("4920", "Unrealised exchange differences", AccountKind.INCOME, PostingRole.FX_UNREALISED),
    ("6000", "Cost of services", AccountKind.EXPENSE, None),
    ("6100", "Losses on contracts", AccountKind.EXPENSE, PostingRole.CONTRACT_LOSS),
    ("6800", "Bad debts", AccountKind.EXPENSE, PostingRole.BAD_DEBT),
)


def first_chart(legal_entity: str) -> Chart:
    """The accounts and posting roles of a legal entity that has none yet."""
    accounts = {
        code: LedgerAccount(account_id(legal_entity, code), legal_entity, code, name, kind)
        for code, name, kind, _ in FIRST_CHART
    }
    roles = {role: code for code, _, _, role in FIRST_CHART if role is not None}
    return Chart(legal_entity, accounts, roles)


def lacking(chart: Chart, wanted: Iterable[PostingRole]) -> Chart:
    """The accounts that the first chart has for those of `wanted` that `chart` gives no account, under free codes."""
    accounts: dict[str, LedgerAccount] = {}
    roles: dict[PostingRole, str] = {}
    for code, name, kind, role in FIRST_CHART:
        if role is not None and role in wanted and role not in chart.roles:
            free = next(one for one in (code, *(f"{code}-{n}" for n in count(1))) if one not in chart.accounts)
            accounts[free] = LedgerAccount(account_id(chart.legal_entity, free), chart.legal_entity, free, name, kind)
            roles[role] = free
    return Chart(chart.legal_entity, accounts, roles)
