"""The chart of accounts of a legal entity, and which account plays which part in posting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import count
from uuid import UUID, uuid5

from shared.errors import Conflict, NotFound
from shared.reasons import because

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
class PostingRule:
    """From `starts_on` on, what is posted to `role` goes to `account`; only what `narrowed_by` names, if it does.

    Revenue is narrowed by the billing method. A rule never changes: the last version for a day counts.
    """

    id: UUID
    legal_entity: str
    role: PostingRole
    narrowed_by: str
    account: str
    starts_on: date
    version: int
    made_at: datetime
    made_by: str


@dataclass(frozen=True)
class Chart:
    """The accounts of one legal entity by number, and which of them plays which posting role, or by which rule."""

    legal_entity: str
    accounts: Mapping[str, LedgerAccount]
    roles: Mapping[PostingRole, str] = field(default_factory=dict)
    rules: Sequence[PostingRule] = ()

    @property
    def missing(self) -> list[PostingRole]:
        """The roles that no account plays yet; posting to one gives it the account that the first chart has."""
        return [role for role in PostingRole if role not in self.roles]

    def account_for(
        self, wanted: PostingRole | AccountCode, *, narrowed_by: str = "", on: date | None = None
    ) -> LedgerAccount:
        """The account that takes what is posted to `wanted`; raises NoSuchAccount.

        The rule that names what narrows the posting goes before those for all of the role, a later day before an
        earlier one.
        """
        code = self._by_rule(wanted, narrowed_by, on) if isinstance(wanted, PostingRole) else wanted.code
        account = self.accounts.get(code) if code is not None else None
        if account is None:
            name = wanted.value if isinstance(wanted, PostingRole) else wanted.code
            raise NoSuchAccount(
                because(
                    "The chart of %(legal_entity)s has no account for %(name)s.",
                    legal_entity=self.legal_entity,
                    name=name,
                )
            )
        return account

    def _by_rule(self, role: PostingRole, narrowed_by: str, on: date | None) -> str | None:
        fitting = [
            rule
            for rule in self.rules
            if rule.role is role and rule.narrowed_by in ("", narrowed_by) and on is not None and rule.starts_on <= on
        ]
        best = max(fitting, key=lambda rule: (rule.narrowed_by != "", rule.starts_on, rule.version), default=None)
        return self.roles.get(role) if best is None else best.account


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


def _codes(code: str) -> Iterator[str]:
    """The code, and without end those to take where it is not free."""
    yield code
    yield from (f"{code}-{n}" for n in count(1))


def lacking(chart: Chart, wanted: Iterable[PostingRole]) -> Chart:
    """The accounts that the first chart has for those of `wanted` that `chart` gives no account, under free codes."""
    accounts: dict[str, LedgerAccount] = {}
    roles: dict[PostingRole, str] = {}
    for code, name, kind, role in FIRST_CHART:
        if role is not None and role in wanted and role not in chart.roles:
            free = next(one for one in _codes(code) if one not in chart.accounts)
            accounts[free] = LedgerAccount(account_id(chart.legal_entity, free), chart.legal_entity, free, name, kind)
            roles[role] = free
    return Chart(chart.legal_entity, accounts, roles)
