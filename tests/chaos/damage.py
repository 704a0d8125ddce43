"""What could go wrong with the records, one thing for each invariant: the statements that bring it about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deploy.checker.history import Again, History, Operation, Outcome
from deploy.suite.people import TENANT_ID

SOMEBODY_ELSE = "'00000000-0000-7000-8000-00000000beef'::uuid"
UNKNOWN_ID = "00000000-0000-7000-8000-000000000bad"
NOBODY = f"'{UNKNOWN_ID}'::uuid"
CLICK = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Damage:
    """One thing gone wrong: statements by service, and what clients or saboteurs say they did."""

    statements: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    history: History = field(default_factory=History)
    before: Mapping[str, tuple[str, ...]] | None = None
    """Where it only shows against what was seen before: what is changed before that first look."""
    occasion: str = ""
    """What should have changed nothing, where that is the point."""


def in_(service: str, *statements: str, before: tuple[str, ...] | None = None, occasion: str = "") -> Damage:
    """Damage done in one database."""
    return Damage({service: statements}, before=None if before is None else {service: before}, occasion=occasion)


SECOND_ADJUSTMENT = """
insert into journal_entries
select (jsonb_populate_record(
    e, jsonb_build_object('id', gen_random_uuid(), 'source_id', gen_random_uuid(), 'text', '{text}'))).*
from journal_entries e where source_kind = 'adjustment' and currency = 'EUR' and text not like 'planted%' limit 1
"""
ITS_LINES = """
insert into journal_lines (tenant_id, entry_id, position, account_id, role, amount, functional_amount)
select l.tenant_id, e.id, l.position, l.account_id, l.role, l.amount + off.by, l.functional_amount + off.by
from journal_entries e, journal_lines l join journal_entries o on o.id = l.entry_id
cross join lateral (select case l.position when 1 then {off} else 0 end as by) as off
where e.text = '{text}' and o.source_kind = 'adjustment' and o.currency = 'EUR' and o.text not like 'planted%'
"""
ONE_DONE = "(select consumer, event_id from msg.inbox where status = 'done' order by 1 limit 1)"

EVENTS = {
    "every_consumer_has_every_event_once": in_("crm", f"delete from msg.inbox where (consumer, event_id) = {ONE_DONE}"),
    "nothing_is_put_aside_but_what_was_planted": in_(
        "crm", f"update msg.inbox set status = 'parked' where (consumer, event_id) = {ONE_DONE}"
    ),
    "no_inbox_holds_what_nobody_announced": in_(
        "crm",
        "insert into msg.inbox (consumer, event_id, tenant_id, type, subject, status)"
        " select consumer, gen_random_uuid(), tenant_id, type, subject, 'done' from msg.inbox limit 1",
    ),
    "what_counts_as_sent_was_with_the_broker": Damage(history=History(witnessed=set())),
    "an_event_keeps_its_tenant": in_(
        "crm", f"update msg.inbox set tenant_id = {SOMEBODY_ELSE} where (consumer, event_id) = {ONE_DONE}"
    ),
    "one_click_is_one_trace": in_(
        "billing",
        f"update msg.event_log set traceparent = '00-{CLICK}-0123456789abcdef-01'"
        " where event_id = (select event_id from msg.event_log where causation_id is not null limit 1)",
    ),
    "one_thread_has_one_correlation": in_(
        "billing",
        f"update msg.event_log set correlation_id = {NOBODY}"
        " where event_id = (select event_id from msg.event_log where type like '%invoice.issued%' limit 1)",
    ),
    "replaying_everything_changed_nothing": in_("crm", "update accounts set sector = 'mining'", occasion="replay"),
    "replaying_everything_to_forgetful_inboxes_changed_nothing": in_(
        "delivery", "update projects set manager = 'nobody'", occasion="replay to forgetful inboxes"
    ),
}

EFFECTS = {
    "a_change_and_its_announcement_stand_or_fall_together": in_(
        "delivery",
        "update milestones set state = 'accepted' where state = 'planned' and id ="
        " (select id from milestones where state = 'planned' limit 1)",
    ),
    "every_event_has_its_effect_once": in_(
        "delivery", "delete from invoiced where invoice_id = (select invoice_id from invoiced limit 1)"
    ),
    "a_deal_comes_round": in_("crm", f"update handoffs set project_id = {NOBODY} where state = 'accepted'"),
    "what_is_known_never_goes_back": in_(
        "delivery",
        "update accounts set sequence = sequence - 1",
        before=("update accounts set sequence = sequence + 1",),
    ),
    "what_is_known_is_the_last_that_was_said": in_("delivery", "update accounts set sequence = sequence + 1"),
}

TENANTS = {
    "no_record_refers_to_another_tenants": in_(
        "billing",
        "alter table invoices add foreign key (contract_id, id) references issued_invoices (tenant_id, id) not valid",
    ),
    "every_table_is_walled": in_("crm", "alter table opportunities no force row level security"),
}

LEDGER = {
    "every_entry_balances": in_(
        "billing",
        # Two entries off by the same amount, so that the ledger as a whole balances; adjustments have no document.
        *(
            statement.format(text=text, off=off)
            for text, off in (("planted 1", 5), ("planted 2", -5))
            for statement in (SECOND_ADJUSTMENT, ITS_LINES)
        ),
    ),
    "every_entry_balances_in_the_functional_currency": in_(
        "billing",
        "update journal_lines set functional_amount = functional_amount + 1 where (entry_id, position) ="
        " (select l.entry_id, l.position from journal_lines l join journal_entries e on e.id = l.entry_id"
        " where e.source_kind = 'invoice' limit 1)",
    ),
    "the_whole_ledger_balances": in_(
        "billing",
        "insert into journal_lines (tenant_id, entry_id, position, account_id, role, amount, functional_amount)"
        f" select tenant_id, {NOBODY}, position, account_id, role, amount, functional_amount"
        " from journal_lines limit 1",
    ),
    "stored_totals_are_the_sums_of_their_lines": in_(
        "billing", "update export_batches set debit_total = debit_total + 1, credit_total = credit_total + 1"
    ),
    "the_journal_only_grows": in_("billing", "update journal_entries set text = 'rewritten'", before=()),
    "a_reversal_undoes_its_original": in_(
        "billing",
        "update journal_lines l set account_id = (select id from ledger_accounts where id not in"
        " (select account_id from journal_lines) limit 1)"
        " from journal_entries e where e.id = l.entry_id and e.reverses_id is not null and l.position = 1",
    ),
    "a_source_is_posted_once": in_(
        "billing",
        "alter table journal_entries drop constraint uq_journal_entries_tenant_id_source_kind_source_id_source_leg",
    ),
    "nothing_is_posted_into_a_closed_month": in_(
        "billing",
        SECOND_ADJUSTMENT.format(text="planted"),
        ITS_LINES.format(text="planted", off=0),
        before=(),
    ),
    "the_trial_balance_follows_from_the_documents": in_(
        "billing",
        "update recognised_lines set amount = amount + 1 where id = (select id from recognised_lines limit 1)",
    ),
    "a_contract_is_an_asset_or_a_liability": in_(
        "billing",
        "update journal_lines set role ="
        " case role when 'contract_asset' then 'contract_liability' else 'contract_asset' end"
        " where role in ('contract_asset', 'contract_liability') and amount > 0",
    ),
}

HOURS = {
    "every_approved_minute_is_in_billing": in_(
        "billing", "update billable_items set minutes = minutes + 1, rate = null where entry_id is not null"
    ),
    "no_minute_is_billed_twice": in_("billing", "update allocations set turn = 5 where turn = 3"),
    "only_approved_time_is_billable": in_("delivery", "update approved_entries set version = version + 1"),
    "what_is_given_back_is_what_was_taken": in_("billing", "update allocations set amount = 0 where kind = 'freed'"),
    "approved_time_never_changes": in_("delivery", "update approved_entries set note = 'rewritten'", before=()),
    "a_day_has_24_hours": in_("delivery", "update person_days set minutes = minutes + 1"),
    "overtime_is_time_of_its_entry": in_(
        "billing",
        "update billable_items set on_top_of = id, overtime_minutes = 1440 * 7 where id ="
        " (select id from billable_items where entry_id is not null and minutes > 0 limit 1)",
    ),
    "utilisation_counts_what_was_approved": in_("resourcing", "update approved_time set minutes = minutes + 1"),
}

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
    "nothing_is_settled_beyond_what_there_is": in_("billing", "update settlements set reverses_id = id"),
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
    "only_approved_expenses_are_passed_on": in_(
        "billing",
        "insert into billable_items select (jsonb_populate_record(i, jsonb_build_object('id', gen_random_uuid(),"
        " 'entry_id', null, 'entry_version', null, 'corrects_entry_id', null, 'expense_id', gen_random_uuid(),"
        " 'rate_id', null, 'rate', null, 'value', null))).* from billable_items i where entry_id is not null limit 1",
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

DUTIES = {
    "nobody_agrees_to_their_own_write_off": in_(
        "billing", "update write_offs set decided_by = proposed_by where status = 'approved'"
    ),
    "nobody_approves_their_own_invoice": in_(
        "billing", "update invoices set approved_by = prepared_by where approved_by is not null"
    ),
}


def a_client(effect: str, outcome: Outcome, tenant: str = str(TENANT_ID)) -> History:
    """The history of a client who wanted one thing that is not there."""
    return History({"1": Operation("1", tenant, effect, UNKNOWN_ID, "", outcome)})


PROMISES = {
    "nothing_that_was_promised_is_lost": Damage(history=a_client("account", Outcome.OK, tenant="another firm")),
    "nothing_is_there_twice": Damage(
        {"billing": (f"update invoice_lines set contract_id = {NOBODY}",)},
        history=a_client("drafted", Outcome.UNKNOWN),
    ),
    "nothing_is_there_that_nobody_wanted": Damage(history=a_client("milestone", Outcome.FAILED)),
}

DAMAGES = EVENTS | EFFECTS | TENANTS | LEDGER | HOURS | MONEY | CLAIMS | DOUBTFUL | FOREIGN | DUTIES | PROMISES
