"""Billing's table of contents; importing it declares every table."""

from __future__ import annotations

from services.billing.account_mappings import api as account_mappings_api
from services.billing.account_mappings import pages as account_mappings_pages
from services.billing.account_sheets import api as account_sheets_api
from services.billing.account_sheets import pages as account_sheets_pages
from services.billing.accruals import api as accruals_api
from services.billing.accruals import pages as accruals_pages
from services.billing.adjustments import api as adjustments_api
from services.billing.adjustments import pages as adjustments_pages
from services.billing.allowances import api as allowances_api
from services.billing.allowances import pages as allowances_pages
from services.billing.amendments import api as amendments_api
from services.billing.amendments import pages as amendments_pages
from services.billing.amendments import reactions as amendments_reactions
from services.billing.audit_files import api as audit_files_api
from services.billing.audit_files import pages as audit_files_pages
from services.billing.bank_statements import api as bank_statements_api
from services.billing.bank_statements import pages as bank_statements_pages
from services.billing.batch_receivers import api as batch_receivers_api
from services.billing.batch_receivers import pages as batch_receivers_pages
from services.billing.batches import api as batches_api
from services.billing.batches import pages as batches_pages
from services.billing.billing_runs import api as billing_runs_api
from services.billing.billing_runs import jobs as billing_runs_jobs
from services.billing.billing_runs import pages as billing_runs_pages
from services.billing.closing import api as closing_api
from services.billing.closing import pages as closing_pages
from services.billing.contract_balances import api as contract_balances_api
from services.billing.contract_balances import pages as contract_balances_pages
from services.billing.contracts import api as contracts_api
from services.billing.contracts import pages as contracts_pages
from services.billing.contracts import reactions as contracts_reactions
from services.billing.credit_notes import api as credit_notes_api
from services.billing.credit_notes import pages as credit_notes_pages
from services.billing.customers import api as customers_api
from services.billing.customers import reactions as customers_reactions
from services.billing.deposits import api as deposits_api
from services.billing.dunning import api as dunning_api
from services.billing.dunning import jobs as dunning_jobs
from services.billing.dunning import pages as dunning_pages
from services.billing.exchange_rates import api as exchange_rates_api
from services.billing.exchange_rates import pages as exchange_rates_pages
from services.billing.expenses import reactions as expenses_reactions
from services.billing.fee_progress import api as fee_progress_api
from services.billing.fee_progress import pages as fee_progress_pages
from services.billing.fee_progress import reactions as fee_progress_reactions
from services.billing.feed_settings import api as feed_settings_api
from services.billing.feed_settings import pages as feed_settings_pages
from services.billing.hand_overs import api as hand_overs_api
from services.billing.hand_overs import pages as hand_overs_pages
from services.billing.invoice_layouts import api as invoice_layouts_api
from services.billing.invoice_layouts import pages as invoice_layouts_pages
from services.billing.invoice_preferences import api as invoice_preferences_api
from services.billing.invoice_preferences import pages as invoice_preferences_pages
from services.billing.invoices import api as invoices_api
from services.billing.invoices import pages as invoices_pages
from services.billing.ledger import api as ledger_api
from services.billing.ledger import pages as ledger_pages
from services.billing.legal_entities import api as legal_entities_api
from services.billing.legal_entities import pages as legal_entities_pages
from services.billing.meters import api as meters_api
from services.billing.meters import pages as meters_pages
from services.billing.navigation import NAVIGATION
from services.billing.outside_entries import api as outside_entries_api
from services.billing.outside_entries import pages as outside_entries_pages
from services.billing.payments import api as payments_api
from services.billing.payments import pages as payments_pages
from services.billing.periods import api as periods_api
from services.billing.permissions import ROLES
from services.billing.premiums import api as premiums_api
from services.billing.premiums import pages as premiums_pages
from services.billing.progress import api as progress_api
from services.billing.purchase_orders import api as purchase_orders_api
from services.billing.rates import api as rates_api
from services.billing.rates import pages as rates_pages
from services.billing.rates import reactions as rates_reactions
from services.billing.re_ratings import api as re_ratings_api
from services.billing.re_ratings import jobs as re_ratings_jobs
from services.billing.re_ratings import pages as re_ratings_pages
from services.billing.receivables import api as receivables_api
from services.billing.receivables import pages as receivables_pages
from services.billing.recognition import api as recognition_api
from services.billing.recognition import jobs as recognition_jobs
from services.billing.recognition import pages as recognition_pages
from services.billing.reconciliation import api as reconciliation_api
from services.billing.reconciliation import pages as reconciliation_pages
from services.billing.remaining_obligations import api as remaining_obligations_api
from services.billing.remaining_obligations import pages as remaining_obligations_pages
from services.billing.retainers import api as retainers_api
from services.billing.retainers import jobs as retainers_jobs
from services.billing.retainers import pages as retainers_pages
from services.billing.revaluations import api as revaluations_api
from services.billing.revaluations import pages as revaluations_pages
from services.billing.statements import api as statements_api
from services.billing.statements import pages as statements_pages
from services.billing.tables import schema
from services.billing.webhooks import api as webhooks_api
from services.billing.webhooks import jobs as webhooks_jobs
from services.billing.webhooks import pages as webhooks_pages
from services.billing.work_in_progress import api as work_in_progress_api
from services.billing.work_in_progress import pages as work_in_progress_pages
from services.billing.work_in_progress import reactions as work_in_progress_reactions
from services.billing.write_offs import api as write_offs_api
from services.billing.write_offs import pages as write_offs_pages
from shared.service import Service

service = Service(
    name="billing",
    schema=schema,
    permissions=ROLES,
    routers=(
        legal_entities_api.router,
        invoice_layouts_api.router,
        customers_api.router,
        invoice_preferences_api.router,
        contracts_api.router,
        amendments_api.router,
        fee_progress_api.router,
        retainers_api.router,
        purchase_orders_api.router,
        deposits_api.router,
        meters_api.router,
        rates_api.router,
        premiums_api.router,
        re_ratings_api.router,
        adjustments_api.router,
        work_in_progress_api.router,
        billing_runs_api.router,
        invoices_api.router,
        receivables_api.router,
        statements_api.router,
        hand_overs_api.router,
        dunning_api.router,
        write_offs_api.router,
        allowances_api.router,
        payments_api.router,
        bank_statements_api.router,
        credit_notes_api.router,
        recognition_api.router,
        progress_api.router,
        accruals_api.router,
        contract_balances_api.router,
        remaining_obligations_api.router,
        periods_api.router,
        exchange_rates_api.router,
        ledger_api.router,
        outside_entries_api.router,
        account_sheets_api.router,
        audit_files_api.router,
        revaluations_api.router,
        closing_api.router,
        batches_api.answers,
        batches_api.sealing,
        batches_api.files,
        batch_receivers_api.router,
        webhooks_api.router,
        reconciliation_api.router,
        account_mappings_api.router,
        feed_settings_api.router,
    ),
    pages=(
        work_in_progress_pages.router,
        adjustments_pages.router,
        billing_runs_pages.router,
        invoices_pages.router,
        receivables_pages.router,
        statements_pages.router,
        hand_overs_pages.router,
        dunning_pages.router,
        write_offs_pages.router,
        allowances_pages.router,
        payments_pages.router,
        bank_statements_pages.router,
        credit_notes_pages.router,
        contracts_pages.router,
        invoice_preferences_pages.router,
        legal_entities_pages.router,
        invoice_layouts_pages.router,
        rates_pages.router,
        premiums_pages.router,
        re_ratings_pages.router,
        amendments_pages.router,
        fee_progress_pages.router,
        retainers_pages.router,
        meters_pages.router,
        exchange_rates_pages.router,
        ledger_pages.router,
        outside_entries_pages.router,
        recognition_pages.router,
        recognition_pages.of_contracts,
        accruals_pages.router,
        contract_balances_pages.router,
        remaining_obligations_pages.router,
        account_sheets_pages.router,
        audit_files_pages.router,
        revaluations_pages.router,
        closing_pages.router,
        batches_pages.router,
        batch_receivers_pages.router,
        webhooks_pages.router,
        reconciliation_pages.router,
        account_mappings_pages.router,
        feed_settings_pages.router,
    ),
    navigation=NAVIGATION,
    finders=(invoices_pages.finder, credit_notes_pages.finder, contracts_pages.finder),
    needs=(
        work_in_progress_pages.needs,
        invoices_pages.needs,
        credit_notes_pages.needs,
        write_offs_pages.needs,
        dunning_pages.needs,
        closing_pages.needs,
        batches_pages.needs,
    ),
    reactions=(
        customers_reactions.reactions,
        contracts_reactions.reactions,
        rates_reactions.reactions,
        amendments_reactions.reactions,
        fee_progress_reactions.reactions,
        expenses_reactions.reactions,
        work_in_progress_reactions.reactions,
    ),
    jobs=(
        *recognition_jobs.jobs,
        *billing_runs_jobs.jobs,
        *re_ratings_jobs.jobs,
        *retainers_jobs.jobs,
        *dunning_jobs.jobs,
        *webhooks_jobs.jobs,
    ),
)
