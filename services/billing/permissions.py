"""Who may do what in billing: the permissions, and which role holds which."""

from __future__ import annotations

from enum import StrEnum

from shared.actor import Role


class Permission(StrEnum):
    """One thing that somebody may do or see in billing."""

    SEE_CONTRACTS = "billing.see_contracts"
    SEE_WORK_IN_PROGRESS = "billing.see_work_in_progress"
    SEE_INVOICES = "billing.see_invoices"
    SEE_LEGAL_ENTITIES = "billing.see_legal_entities"
    CHOOSE_LEGAL_ENTITY = "billing.choose_legal_entity"
    SEE_CHART = "billing.see_chart"
    SEE_LEDGER = "billing.see_ledger"
    SEE_BATCHES = "billing.see_batches"
    CONFIGURE = "billing.configure"
    AGREE_RATES = "billing.agree_rates"
    RE_RATE_WORK = "billing.re_rate_work"
    AGREE_TERMS = "billing.agree_terms"
    HOLD_WORK = "billing.hold_work"
    ADJUST_WORK = "billing.adjust_work"
    WRITE_OFF_WORK = "billing.write_off_work"
    REVIEW_PRE_BILLS = "billing.review_pre_bills"
    PREPARE_INVOICES = "billing.prepare_invoices"
    APPROVE_INVOICES = "billing.approve_invoices"
    ISSUE_INVOICES = "billing.issue_invoices"
    RECORD_PAYMENTS = "billing.record_payments"
    PROPOSE_WRITE_OFFS = "billing.propose_write_offs"
    APPROVE_WRITE_OFFS = "billing.approve_write_offs"
    KEEP_ALLOWANCE = "billing.keep_allowance"
    KEEP_DUNNING_PLAN = "billing.keep_dunning_plan"
    SEND_DUNNING = "billing.send_dunning"
    SEND_DOCUMENTS = "billing.send_documents"
    KEEP_CHART = "billing.keep_chart"
    KEEP_EXCHANGE_RATES = "billing.keep_exchange_rates"
    ADJUST_LEDGER = "billing.adjust_ledger"
    RECOGNISE_REVENUE = "billing.recognise_revenue"
    CLOSE_PERIODS = "billing.close_periods"
    SEAL_BATCHES = "billing.seal_batches"
    ACKNOWLEDGE_BATCHES = "billing.acknowledge_batches"
    SEE_WEBHOOKS = "billing.see_webhooks"
    KEEP_WEBHOOKS = "billing.keep_webhooks"


SEES_BILLING = {
    Permission.SEE_LEGAL_ENTITIES,
    Permission.SEE_CONTRACTS,
    Permission.SEE_WORK_IN_PROGRESS,
    Permission.SEE_INVOICES,
}
SEES_BOOKS = SEES_BILLING | {
    Permission.SEE_CHART,
    Permission.SEE_LEDGER,
    Permission.SEE_BATCHES,
    Permission.SEE_WEBHOOKS,
}
PREPARES = {
    Permission.AGREE_RATES,
    Permission.RE_RATE_WORK,
    Permission.AGREE_TERMS,
    Permission.HOLD_WORK,
    Permission.ADJUST_WORK,
    Permission.PREPARE_INVOICES,
    Permission.RECORD_PAYMENTS,
    Permission.PROPOSE_WRITE_OFFS,
    Permission.SEND_DUNNING,
    Permission.SEND_DOCUMENTS,
}
DECIDES = {
    Permission.REVIEW_PRE_BILLS,
    Permission.WRITE_OFF_WORK,
    Permission.APPROVE_INVOICES,
    Permission.ISSUE_INVOICES,
    Permission.APPROVE_WRITE_OFFS,
    Permission.KEEP_ALLOWANCE,
    Permission.KEEP_DUNNING_PLAN,
    Permission.SEND_DOCUMENTS,
    Permission.RECOGNISE_REVENUE,
    Permission.CLOSE_PERIODS,
    Permission.SEAL_BATCHES,
}

ROLES: dict[Role, frozenset[Permission]] = {
    Role.SALES_REP: frozenset({Permission.CHOOSE_LEGAL_ENTITY}),
    Role.SALES_MANAGER: frozenset({Permission.CHOOSE_LEGAL_ENTITY}),
    Role.PROJECT_MANAGER: frozenset(
        {Permission.SEE_WORK_IN_PROGRESS, Permission.ADJUST_WORK, Permission.REVIEW_PRE_BILLS}
    ),
    Role.BILLING_CLERK: frozenset(SEES_BILLING | PREPARES),
    Role.BILLING_APPROVER: frozenset(SEES_BOOKS | DECIDES),
    Role.CONTROLLER: frozenset(
        SEES_BOOKS
        | DECIDES
        | {
            Permission.AGREE_RATES,
            Permission.RE_RATE_WORK,
            Permission.AGREE_TERMS,
            Permission.HOLD_WORK,
            Permission.ADJUST_WORK,
        }
        | {Permission.KEEP_CHART, Permission.KEEP_EXCHANGE_RATES, Permission.ADJUST_LEDGER}
        | {Permission.PROPOSE_WRITE_OFFS, Permission.SEND_DUNNING}
    ),
    Role.AUDITOR: frozenset(SEES_BOOKS),
    Role.ADMINISTRATOR: frozenset(
        {Permission.CONFIGURE, Permission.SEE_LEGAL_ENTITIES}
        | {Permission.SEE_CHART, Permission.KEEP_CHART}
        | {Permission.SEE_WEBHOOKS, Permission.KEEP_WEBHOOKS}
    ),
    Role.ERP: frozenset({Permission.SEE_BATCHES, Permission.ACKNOWLEDGE_BATCHES}),
}
