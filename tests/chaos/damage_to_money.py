"""What could go wrong with invoices, claims and balances: the statements that bring it about."""

from deploy.checker.history import Again, History
from tests.chaos.harm import NOBODY, Damage, in_

MONEY = {
    "an_invoice_adds_up": in_("billing", "update invoice_taxes set tax = tax + 0.01"),
    "an_issued_invoice_is_posted_as_it_is": in_(
        "billing",
        "create temporary table swapped on commit drop as select id, lead(source_id) over turn as next,"
        " first_value(source_id) over turn as first from journal_entries where source_kind = 'invoice'"
        " window turn as (order by id)",
        "update journal_entries e set source_leg = 'swapped', source_id = coalesce(s.next, s.first)"
        " from swapped s where s.id = e.id",
    ),
    "no_cent_of_the_work_is_lost": in_(
        "billing",
        "update invoice_lines set net = net + 0.01 where invoice_id in"
        " (select id from invoices where status = 'discarded')",
    ),
    "numbers_have_no_gaps": in_("billing", "update number_series set last_number = last_number + 1"),
    "an_issued_invoice_never_changes": in_("billing", "update invoice_documents set pdf = 'another'"),
    "doing_it_again_makes_nothing": Damage(history=History(again=[Again("recognition", 1)])),
    "a_run_drafts_no_more_than_was_confirmed": in_(
        "billing",
        "insert into billing_runs (tenant_id, id, up_to, status, prepared_by, prepared_at, most_invoices, version)"
        f" select tenant_id, {NOBODY}, current_date, 'done', 'vera', now(), 0, 1 from contracts limit 1",
        "insert into pre_bills (tenant_id, run_id, contract_id, status, note, invoice_id)"
        f" select distinct on (contract_id) tenant_id, {NOBODY}, contract_id, 'drafted', '', invoice_id"
        " from invoice_lines",
    ),
}

CLAIMS = {
    "nothing_is_settled_beyond_what_there_is": in_(
        "billing",
        "update settlements s set reverses_id = id where reverses_id is null and not exists ("
        "select from settlements r where r.tenant_id = s.tenant_id and r.reverses_id = s.id)",
    ),
    "the_receivable_is_what_is_open": in_(
        "billing",
        # After every letter, so that none of them asked for more than was open.
        "insert into settlements select (jsonb_populate_record(s, jsonb_build_object("
        "'id', 'ffffffff-ffff-7fff-bfff-ffffffffffff', 'kind', 'rounding', 'payment_id', null, 'amount', 1))).*"
        " from settlements s where kind = 'payment' limit 1",
    ),
    "a_provision_is_posted_as_it_is": in_(
        "billing",
        "insert into loss_provisions (tenant_id, id, run_id, contract_id, contract_number, currency, amount,"
        " cumulative, entry_id) select tenant_id, gen_random_uuid(), run_id, contract_id, contract_number, currency,"
        " 5, 5, entry_id from recognised_lines where entry_id is not null limit 1",
    ),
    "nothing_is_left_of_a_provision_that_was_released": in_(
        "billing",
        "insert into journal_entries select (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(),"
        " 'source_id', gen_random_uuid(), 'source_leg', 'loss', 'source_kind', 'recognition', 'text', 'planted',"
        " 'currency', 'XTS', 'exchange_rate_id', null, 'line_count', 2))).*"
        " from journal_entries e limit 1",
        "insert into journal_lines (tenant_id, entry_id, position, account_id, role, amount, functional_amount,"
        " contract_id) select e.tenant_id, e.id, side.position, a.id, side.role, 0, side.amount, e.id"
        " from journal_entries e cross join (select id from ledger_accounts limit 1) a"
        " cross join (values (1, 'contract_loss', 5), (2, 'loss_provision', -5)) as side (position, role, amount)"
        " where e.text = 'planted'",
    ),
    "only_approved_expenses_are_passed_on": in_(
        "billing",
        "update billable_items set cost = cost + 1 where expense_id is not null",
    ),
    "what_was_re_rated_changed_by_just_that": in_(
        "billing",
        "insert into re_ratings (tenant_id, id, reason, started_by, started_at)"
        f" select tenant_id, {NOBODY}, 'new prices', 'owen', now() from contracts limit 1",
        "insert into re_rated_items (tenant_id, re_rating_id, item_id, contract_id, currency, minutes, amount,"
        " from_rate_id, from_rate, from_rule, to_rate_id, to_rate, to_rule)"
        f" select tenant_id, {NOBODY}, id, contract_id, currency, minutes, 8, rate_id, rate, rule, rate_id, rate + 1,"
        " rule from billable_items where rate_id is not null limit 1",
    ),
}

DOUBTFUL = {
    "what_is_given_up_is_what_was_agreed": in_(
        "billing", "update write_offs set amount = amount + 1 where status = 'approved'"
    ),
    "the_allowance_is_what_its_policy_says": in_("billing", "update allowance_parts set percent = percent + 1"),
    "no_claim_is_reminded_twice_of_a_step": in_(
        "billing",
        "alter table dunning_notices drop constraint uq_dunning_notices_tenant_id_invoice_id_step",
        "update dunning_notices set step = 1",
        "update dunning_letters set step = 1, fee = 0",
    ),
    "nobody_is_reminded_of_what_is_paid": in_(
        "billing",
        "update dunning_notices set open = 0",
        "update dunning_letters set open = 0",
    ),
    "a_letter_is_about_its_claims_and_asks_for_one_fee": in_("billing", "update dunning_letters set fee = fee * 2"),
    "only_what_was_issued_is_handed_over_and_once": in_(
        "billing", "update hand_overs set sha256 = 'another' where kind = 'dunning_letter'"
    ),
}

FOREIGN = {
    "a_revaluation_lasts_until_the_next_month": in_(
        "billing",
        "update journal_entries set posted_on = posted_on + 1"
        " where reverses_id in (select id from journal_entries where source_kind = 'revaluation')",
    ),
    "what_was_revalued_stands_at_what_it_is_worth": in_("billing", "update exchange_rates set rate = rate * 2"),
}
