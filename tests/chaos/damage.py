"""What could go wrong with the records, one thing for each invariant: the statements that bring it about."""

from __future__ import annotations

from deploy.checker.history import History, Operation, Outcome
from deploy.suite.people import TENANT_ID
from tests.chaos.damage_to_money import CLAIMS, DOUBTFUL, FOREIGN, MONEY
from tests.chaos.harm import NOBODY, UNKNOWN_ID, Damage, in_

SOMEBODY_ELSE = "'00000000-0000-7000-8000-00000000beef'::uuid"
CLICK = "0123456789abcdef0123456789abcdef"

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
    "every_event_has_its_effect": in_(
        "delivery", "delete from invoiced where invoice_id = (select invoice_id from invoiced limit 1)"
    ),
    "no_event_has_its_effect_twice": in_(
        "billing",
        "alter table billable_items drop constraint uq_billable_items_tenant_id_expense_id",
        "insert into billable_items select (jsonb_populate_record(i, jsonb_build_object('id', gen_random_uuid(),"
        " 'value', null, 'rule', null))).* from billable_items i where expense_id is not null limit 1",
    ),
    "no_effect_comes_from_nothing": in_(
        "delivery",
        "insert into invoiced select (jsonb_populate_record(i, jsonb_build_object('invoice_id', gen_random_uuid()))).*"
        " from invoiced i limit 1",
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
