"""Bugs of receiving and reacting: messages lost, run twice, run in disorder, or forgotten."""

from tests.mutants.mutant import Mutant, one_edit

DRAIN, CLAIM, VERDICT = "shared/messaging/drain.py", "shared/messaging/claim.py", "shared/messaging/verdict.py"
INBOX = "shared/messaging/inbox.py"
TESTS = "tests/shared/messaging"
ACK = "    await receiving.basic_ack(max(message.delivery_tag or 0 for message in batch), multiple=True)\n"

RECEIVING = (
    Mutant(
        "a message is acknowledged before its inbox row is committed",
        "shared/messaging/rabbitmq.py",
        (
            (ACK, ""),
            (
                "    deliveries = [delivery_of(message) for message in batch]\n",
                "    deliveries = [delivery_of(message) for message in batch]\n" + ACK,
            ),
        ),
        (f"{TESTS}/test_losing_the_broker.py::test_a_receiver_that_ends_before_the_commit_leaves_the_message_behind",),
    ),
    one_edit(
        "an event is known by its id alone, so that only one of its consumers gets it",
        INBOX,
        "    order by consumer, event_id\n",
        "    where not exists (select from msg.inbox as known where known.event_id = arrived.event_id)\n"
        "      and consumer = (select min(c) from unnest(cast(:consumers as text[])) as c)\n"
        "    order by consumer, event_id\n",
        f"{TESTS}/test_reacting.py::test_two_consumers_of_one_event_each_act_once",
    ),
    one_edit(
        "what cannot be read is dropped instead of parked",
        INBOX,
        "            yield from self._parked(delivery, poison)\n            return\n",
        "            return\n",
        f"{TESTS}/test_drain.py::test_what_cannot_be_read_is_parked_at_once_and_its_neighbours_have_their_effect",
    ),
    one_edit(
        "a parked message loses its body",
        VERDICT,
        "body = case when verdict.status <> 'done' then inbox.body end",
        "body = case when verdict.status not in ('done', 'parked') then inbox.body end",
        f"{TESTS}/test_drain.py::test_a_failure_is_tried_again_ever_later_and_parked_at_the_eighth",
    ),
    one_edit(
        "a failing message is tried for ever",
        VERDICT,
        "if tried.attempts >= len(SCHEDULE):",
        "if tried.attempts >= 1_000:",
        f"{TESTS}/test_drain.py::test_a_failure_is_tried_again_ever_later_and_parked_at_the_eighth",
    ),
    one_edit(
        "messages have no savepoints of their own",
        DRAIN,
        "async with savepoint(work.session):",
        "if True:",
        f"{TESTS}/test_drain.py::test_a_failure_takes_back_its_own_effect_only",
    ),
    one_edit(
        "what an attempt announced that failed goes out with the next one",
        DRAIN,
        "    work.announced.clear()\n",
        "",
        f"{TESTS}/test_reacting.py::test_a_reaction_that_succeeds_at_the_second_attempt_announces_once",
    ),
    one_edit(
        "messages of two tenants run in one transaction",
        CLAIM,
        "if message.tenant_id == first.tenant_id and not message.crashes]",
        "if not message.crashes]",
        f"{TESTS}/test_drain.py::test_the_messages_of_two_tenants_run_in_transactions_of_their_own",
    ),
    one_edit(
        "two workers may run messages about one thing at once",
        CLAIM,
        "where pg_try_advisory_xact_lock(hashtextextended(consumer || ' ' || subject, 0))",
        "where true",
        f"{TESTS}/test_drain.py::test_many_workers_side_by_side_have_each_effect_once_and_in_order",
    ),
    one_edit(
        "messages about one thing run in the order in which they came in",
        CLAIM,
        "order by taken.place, inbox.sequence limit",
        "order by taken.place, inbox.received_at limit",
        f"{TESTS}/test_drain.py::test_messages_about_one_thing_run_in_the_order_of_their_announcing",
    ),
    one_edit(
        "older news replace newer ones",
        "shared/subjects.py",
        '            where=table.c.sequence < row["sequence"],\n',
        "",
        "tests/shared/test_subjects.py::test_any_order_with_repeats_ends_in_the_same_state",
    ),
    one_edit(
        "only the inbox knows that an event has had its effect, and it forgets after ninety days",
        "services/billing/work_in_progress/actions.py",
        "items = [item for item in known if item.id in new]",
        "items = known",
        "tests/billing/work_in_progress/test_reactions.py::test_the_same_timesheet_twice_is_counted_and_told_once",
    ),
    one_edit(
        "waiting for a record costs an attempt",
        VERDICT,
        "        tried.attempts,\n        delay=None if over",
        "        tried.attempts + 1,\n        delay=None if over",
        f"{TESTS}/test_waiting.py::test_waiting_for_a_record_costs_no_attempt_however_often_it_looks",
    ),
    one_edit(
        "a record that arrives wakes nobody who waits for it",
        VERDICT,
        "waiting_for = any(cast(:subjects as text[]))",
        "waiting_for = any(cast(:subjects as text[])) and false",
        f"{TESTS}/test_waiting.py::test_after_a_day_of_waiting_it_is_parked_and_the_record_still_brings_it_back",
    ),
    one_edit(
        "a record wakes whoever waits for one of that name at another tenant",
        VERDICT,
        "where tenant_id = :tenant and waiting_for",
        "where (tenant_id = :tenant or true) and waiting_for",
        f"{TESTS}/test_waiting.py::test_a_record_of_another_tenant_wakes_nobody",
    ),
    one_edit(
        "nothing is left behind of what a process was running when it died",
        DRAIN,
        "await asyncio.gather(say_started(self.inbox.database, self.worker, messages), enter(work))",
        "await enter(work)",
        f"{TESTS}/test_reacting.py::test_what_runs_is_marked_for_as_long_as_it_runs",
    ),
    one_edit(
        "a message may kill the process for ever",
        CLAIM,
        "CRASHES_MAX = 5",
        "CRASHES_MAX = 5_000",
        f"{TESTS}/test_reacting.py::test_five_crashes_are_enough",
    ),
)
